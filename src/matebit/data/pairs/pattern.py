"""Exemplars by names: `in7` has the exemplar `tar7`."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from matebit.contracts.catalogue import Entry
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams

logger = logging.getLogger(__name__)


def pair_by_names(params: ResolvedParams, layout: Layout, entries: list[Entry]) -> list[dict]:
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
