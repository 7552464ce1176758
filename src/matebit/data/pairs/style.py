"""Exemplars of the bundled sets: the same style as self reference, and other styles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matebit.contracts.catalogue import Entry
from matebit.data.pairs.color_layout import color_layouts, layout_score
from matebit.data.pairs.ranking import Allowed, other_identity, rank_both_splits, rank_rows, same
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams


def _same_style(items: Sequence[Entry], candidates: Sequence[Entry]) -> Allowed:
    alike = same([item.style for item in items], [other.style for other in candidates])
    # the same person in another pose is what a self reference is for
    itself = same([item.id for item in items], [other.id for other in candidates])
    return lambda row: alike(row) & ~itself(row)


def _other_style(items: Sequence[Entry], candidates: Sequence[Entry]) -> Allowed:
    alike = same([item.style for item in items], [other.style for other in candidates])
    other = other_identity(items, candidates)
    return lambda row: other(row) & ~alike(row)


def pair_by_style(params: ResolvedParams, layout: Layout, entries: list[Entry]) -> list[dict]:
    """Rows of `pairs.csv`; ranks count each kind by itself.

    With self_ref 1 every other image of the same style and split, with self_ref 0 the most similar
    layouts of colours among other styles.
    """
    unknown = [entry.id for entry in entries if not entry.style]
    if unknown:
        raise MatebitError(
            f"pairs.method: style needs the style of every image, but data.source: "
            f"{params.data.source} knows none of {unknown[0]}; choose another method"
        )
    vectors = color_layouts(params, layout, entries)
    pairs = params.pairs
    rows = rank_both_splits(entries, pairs.exemplars_from, vectors, layout_score, pairs.top, _other_style)
    for split in ("train", "test"):
        own = [entry for entry in entries if entry.split == split]
        rows += rank_rows(own, own, vectors, layout_score, len(own), _same_style, self_ref=1)
    return rows
