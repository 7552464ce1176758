"""How far two label maps agree: intersection over union, label by label."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from matebit.contracts.parsing import IGNORED

LABELS = 256
"""What a label map of 8 bits may hold."""


def confusion(found: ArrayLike, asked: ArrayLike) -> np.ndarray:
    """(256,256) int64: how many pixels asked to have the row's label were found to have the column's.

    Pixels that are asked to have no class (`IGNORED`) do not count, whatever was found there.
    """
    asked, found = (np.asarray(plane, dtype=np.int64).ravel() for plane in (asked, found))
    counted = asked != IGNORED
    pairs = LABELS * asked[counted] + found[counted]
    return np.bincount(pairs, minlength=LABELS * LABELS).reshape(LABELS, LABELS)


def mean_iou(counts: np.ndarray) -> float:
    """Mean over labels of intersection over union, from `confusion`; 1 where both maps are one.

    A label counts if it was asked for or found at any pixel; NaN without a pixel.
    """
    both = counts.diagonal()
    either = counts.sum(axis=0) + counts.sum(axis=1) - both
    present = either > 0
    return float(np.mean(both[present] / either[present])) if present.any() else float("nan")
