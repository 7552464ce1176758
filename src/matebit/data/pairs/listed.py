"""Exemplars that somebody named: by lists of the CoCosNet form, or by a pattern of names."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from matebit.contracts.catalogue import Entry
from matebit.data.sources.lists import read_rows
from matebit.data.sources.registry import open_source
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import PairsParams


logger = logging.getLogger(__name__)


def _list_path(params: PairsParams, name: str) -> Path:
    return Path(params.data.root or ".") / name


def _rows_of_list(
    path: Path,
    split: str,
    known: dict[str, Entry],
    id_of: Callable[[str], str],
    top: int | None,
    self_ref: int,
) -> list[dict]:
    """Rows of `pairs.csv` from one list.

    Images that are not in the set are left out and counted in the log.
    """
    rows, absent, seen = [], [], set()
    for item, *exemplars in ([id_of(cell) for cell in row] for row in read_rows(path)):
        if item not in known or known[item].split != split:
            absent.append(item)
            continue
        if item in seen:
            raise MatebitError(f"{path} has two rows for {item}; take one of them out")
        seen.add(item)
        usable = [exemplar for exemplar in exemplars if exemplar in known]
        absent += [exemplar for exemplar in exemplars if exemplar not in known]
        rows += [
            {
                "item": item, "exemplar": exemplar, "rank": rank, "score": None, "split": split,
                "self_ref": self_ref,
            }
            for rank, exemplar in enumerate(usable[:top], start=1)
        ]  # fmt: skip
    if absent:
        logger.warning(
            "%s names %d images that are not in the set (the first: %s)", path, len(absent), absent[0]
        )
    return rows


def pair_by_lists(params: PairsParams, layout: Layout, entries: list[Entry]) -> list[dict]:
    """Rows of `pairs.csv` in the order of the lists; their score is empty."""
    id_of = open_source(params.data, params.seed).id_of
    known = {entry.id: entry for entry in entries}
    pairs = params.pairs
    return [
        row
        for split, name in (("train", pairs.list_train), ("test", pairs.list_test))
        if name is not None
        for row in _rows_of_list(_list_path(params, name), split, known, id_of, pairs.top, 0)
    ]


def self_references(params: PairsParams, entries: list[Entry]) -> list[dict]:
    """Rows of `pairs.csv` from `pairs.list_self`: other images of a training item's person."""
    name = params.pairs.list_self
    if name is None:
        return []
    id_of = open_source(params.data, params.seed).id_of
    # A held-out image must not train.
    training = {entry.id: entry for entry in entries if entry.split == "train"}
    return _rows_of_list(_list_path(params, name), "train", training, id_of, None, 1)


def pair_by_names(params: PairsParams, layout: Layout, entries: list[Entry]) -> list[dict]:
    """Rows of `pairs.csv`: one exemplar for each item whose id `pairs.pattern` describes.

    Others have none and train on themselves. Raises `MatebitError` where the pattern fits no item.
    """
    pattern, exemplar_name = str(params.pairs.pattern), str(params.pairs.exemplar)
    known, rows, absent = {entry.id for entry in entries}, [], []
    for entry in entries:
        found = re.fullmatch(pattern, entry.id)
        if found is None:
            continue
        exemplar = found.expand(exemplar_name)
        if exemplar not in known:
            absent.append(exemplar)
            continue
        rows.append(
            {
                "item": entry.id, "exemplar": exemplar, "rank": 1, "score": None, "split": entry.split,
                "self_ref": 0,
            }
        )  # fmt: skip
    if absent:
        logger.warning("%d exemplars are not in the set (the first: %s)", len(absent), absent[0])
    if not rows:
        raise MatebitError(
            f"pairs.pattern: {pattern} with pairs.exemplar: {exemplar_name} names no exemplar; ids are as "
            f"{entries[0].id}"
        )
    return rows
