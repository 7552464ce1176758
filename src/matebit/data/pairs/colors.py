"""Exemplars by where which colours lie, and those of the bundled sets by style; needs no weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from skimage.color import rgb2lab

from matebit.contracts.catalogue import Entry
from matebit.data.pairs.ranking import Allowed, other_identity, rank_both_splits, rank_rows, same
from matebit.data.workers import work_through
from matebit.errors import MatebitError
from matebit.io.images import load_png
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import PairsParams


_GRID = 8
# CIELab is kept in tenths, which is far below what an eye tells apart.
_STEPS = 10


def color_layout(image: np.ndarray) -> np.ndarray:
    """Mean CIELab colours (D65) of an 8 x 8 grid over uint8 (S,S,3), in tenths: int32 (192,)."""
    thumbnail = cv2.resize(image.astype(np.float32), (_GRID, _GRID), interpolation=cv2.INTER_AREA)
    return np.rint(rgb2lab(thumbnail / 255.0) * _STEPS).astype(np.int32).ravel()


def layout_work(folder: Path) -> Callable[[str], np.ndarray]:
    """The function that describes the picture of one file name below `folder`."""
    return lambda name: color_layout(load_png(folder / name, grey=False))


def color_layouts(params: PairsParams, layout: Layout, entries: Sequence[Entry]) -> dict[str, np.ndarray]:
    """`color_layout` of every picture, by id."""
    names = [entry.image for entry in entries]
    arguments = (layout.data,)
    described = work_through(layout_work, arguments, names, params.data.workers, "colour layouts", few=2000)
    return {entry.id: vector for entry, vector in zip(entries, described, strict=True)}


def layout_score(squared: float) -> float:
    """Minus the root mean square colour difference (CIE 1976) of the cells."""
    return -float(np.sqrt(squared / _GRID**2)) / _STEPS


def pair_by_colors(params: PairsParams, layout: Layout, entries: list[Entry]) -> list[dict]:
    """Rows of `pairs.csv`: exemplars with the most similar layout of colours."""
    vectors = color_layouts(params, layout, entries)
    pairs = params.pairs
    return rank_both_splits(entries, pairs.exemplars_from, vectors, layout_score, pairs.top)


def _same_style(items: Sequence[Entry], candidates: Sequence[Entry]) -> Allowed:
    alike = same([item.style for item in items], [other.style for other in candidates])
    # the same person in another pose is what a self reference is for
    itself = same([item.id for item in items], [other.id for other in candidates])
    return lambda row: alike(row) & ~itself(row)


def _other_style(items: Sequence[Entry], candidates: Sequence[Entry]) -> Allowed:
    alike = same([item.style for item in items], [other.style for other in candidates])
    other = other_identity(items, candidates)
    return lambda row: other(row) & ~alike(row)


def pair_by_style(params: PairsParams, layout: Layout, entries: list[Entry]) -> list[dict]:
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
