"""Exemplars by where which colours lie: a small thumbnail in CIELab; needs no weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from skimage.color import rgb2lab

from matebit.contracts.catalogue import Entry
from matebit.data.pairs.ranking import rank_both_splits
from matebit.data.workers import work_through
from matebit.io.png import load_png
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams

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


def color_layouts(params: ResolvedParams, layout: Layout, entries: Sequence[Entry]) -> dict[str, np.ndarray]:
    """`color_layout` of every picture, by id."""
    names = [entry.image for entry in entries]
    arguments = (layout.data,)
    described = work_through(layout_work, arguments, names, params.data.workers, "colour layouts", few=2000)
    return {entry.id: vector for entry, vector in zip(entries, described, strict=True)}


def layout_score(squared: float) -> float:
    """Minus the root mean square colour difference (CIE 1976) of the cells."""
    return -float(np.sqrt(squared / _GRID**2)) / _STEPS


def pair_by_colors(params: ResolvedParams, layout: Layout, entries: list[Entry]) -> list[dict]:
    """Rows of `pairs.csv`: exemplars with the most similar layout of colours."""
    vectors = color_layouts(params, layout, entries)
    pairs = params.pairs
    return rank_both_splits(entries, pairs.exemplars_from, vectors, layout_score, pairs.top)
