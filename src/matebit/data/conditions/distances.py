"""Maps of the distance to drawn lines: what most channels of a condition are."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np


def distance_map(drawn: np.ndarray) -> np.ndarray:
    """A third of the city-block distance to the nearest drawn pixel, uint8 (H,W): rounded down, to 255.

    `drawn` is uint8 (H,W), 0 or 1; with nothing drawn at all every pixel is 255.
    """
    left, top, width, height = cv2.boundingRect(drawn)
    if not width:
        return np.full(drawn.shape, 255, dtype=np.uint8)
    rows, columns = drawn.shape
    right, bottom = columns - left - width, rows - top - height
    box = drawn[top : top + height, left : left + width]
    within = cv2.distanceTransform(1 - box, cv2.DIST_L1, 3)
    # From outside the box every way leads through the box's nearest pixel: city blocks add up.
    blocks = cv2.copyMakeBorder(within, top, bottom, left, right, cv2.BORDER_REPLICATE)
    if left or right:
        blocks += _outside(columns, left, right)
    if top or bottom:
        blocks += _outside(rows, top, bottom)[:, None]
    # OpenCV rounds to the nearest: a third less makes that rounding down, for whole distances.
    return cv2.convertScaleAbs(blocks, alpha=1 / 3, beta=-1 / 3)


@lru_cache(maxsize=4096)
def _outside(length: int, before: int, after: int) -> np.ndarray:
    """Steps from each of `length` places to those between the first `before` and the last `after`."""
    places = np.arange(length, dtype=np.float32)
    return np.maximum(np.maximum(before - places, places - (length - 1 - after)), 0)
