"""Exemplars from lists of the CoCosNet form: `item,exemplar1,...,exemplarK`, the best first."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from matebit.data.catalogue import Entry
from matebit.data.sources.lists import read_rows
from matebit.data.sources.registry import open_source
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.params.schema import ResolvedParams

logger = logging.getLogger(__name__)


def _list_path(params: ResolvedParams, name: str) -> Path:
    return Path(params.data.root or ".") / name


def pair_by_lists(params: ResolvedParams, layout: Layout, entries: list[Entry]) -> list[dict]:
    """Rows of `pairs.csv` in the order of the lists; their score is empty.

    Exemplars that are not among the images are left out and counted in the log.
    """
    id_of = open_source(params.data, params.seed).id_of
    known = {entry.id: entry for entry in entries}
    pairs, rows = params.pairs, []
    for split, name in (("train", pairs.list_train), ("test", pairs.list_test)):
        if name is None:
            continue
        path, absent, seen = _list_path(params, name), [], set()
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
                    "self_ref": 0,
                }
                for rank, exemplar in enumerate(usable[: pairs.top], start=1)
            ]  # fmt: skip
        if absent:
            logger.warning(
                "%s names %d images that are not in the set (the first: %s)",
                path, len(absent), absent[0],
            )  # fmt: skip
    return rows
