"""The lists of earlier projects from the pairs: `item,exemplar1,...,exemplarK`, the best first."""

from __future__ import annotations

from pathlib import Path

from matebit.contracts.catalogue import INDEX_COLUMNS, read_catalogue
from matebit.contracts.pairs import read_pairs
from matebit.data.sources.lists import row_text
from matebit.io.files import write_text
from matebit.io.tables import read_table
from matebit.pipeline.layout import Layout


def export_lists(layout: Layout, folder: Path) -> list[Path]:
    """Write the split and the exemplars of an experiment as lists into `folder`; returns their paths.

    `train.txt` and `val.txt` name the items, `ref.txt` and `ref_test.txt` hold a row for each item with
    exemplars, `self_pair.txt` the images of the same style or person, where there are any. Files are
    named as below the dataset's root, with forward slashes; those of drawn sets by their ids.
    """
    index = read_table(layout.data / "index.csv", INDEX_COLUMNS)
    drawn = index.origin.str.startswith("drawn ").all()
    names = dict(zip(index.id, index.id if drawn else index.origin, strict=True))
    pairs, entries = read_pairs(layout), read_catalogue(layout)
    lists: dict[str, list[list[str]]] = {
        name: [] for name in ("train", "val", "ref", "ref_test", "self_pair")
    }
    for entry in entries:
        test = entry.split == "test"
        lists["val" if test else "train"].append([entry.id])
        ranked = pairs.get(entry.id)
        if ranked and ranked.retrieved:
            lists["ref_test" if test else "ref"].append([entry.id, *ranked.retrieved])
        if ranked and ranked.same_style:
            lists["self_pair"].append([entry.id, *ranked.same_style])
    written = []
    for name, rows in lists.items():
        if rows:
            path = folder / f"{name}.txt"
            write_text(path, "".join(row_text([names[id] for id in row]) for row in rows))
            written.append(path)
    return written
