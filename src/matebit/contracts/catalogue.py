"""The items that have a condition: what pairing and loading start from."""

from __future__ import annotations

from dataclasses import dataclass

from matebit.io.tables import read_table
from matebit.pipeline.layout import Layout

INDEX_COLUMNS = [
    "id", "split", "file", "sha256", "width", "height", "style", "group", "origin",
]  # fmt: skip
"""Of `data/index.csv`."""
KINDS_OF_FILE = ("condition", "parsing", "edges")
CONDITION_COLUMNS = ["id", "split"]
CONDITION_COLUMNS += [f"{kind}{end}" for kind in KINDS_OF_FILE for end in ("", "_sha256")]
"""Of `conditions/index.csv`."""


@dataclass(frozen=True)
class Entry:
    """One usable image, with the files of the stages before, relative to their folders.

    `parsing` is empty where the source has none; `size` is the side in px of picture and condition.
    """

    id: str
    split: str
    style: str
    group: str
    size: int
    image: str
    condition: str
    parsing: str
    edges: str


def read_catalogue(layout: Layout) -> list[Entry]:
    """Every item of `conditions/index.csv`, by id. Raises `MatebitError` for absent tables."""
    pictures = read_table(layout.data / "index.csv", INDEX_COLUMNS, numbers=["width", "height"])
    conditions = read_table(layout.conditions / "index.csv", CONDITION_COLUMNS)
    joined = conditions.merge(pictures.drop(columns="split"), on="id", validate="one_to_one")
    return [
        Entry(
            row.id, row.split, row.style, row.group, int(row.width), row.file, row.condition,
            row.parsing, row.edges,
        )
        for row in joined.sort_values("id").itertuples()
    ]  # fmt: skip
