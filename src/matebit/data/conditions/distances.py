"""Maps of the distance to drawn lines: what most channels of a condition are."""

from __future__ import annotations

import cv2
import numpy as np


def distance_map(drawn: np.ndarray) -> np.ndarray:
    """A third of the city-block distance to the nearest drawn pixel, uint8 (H,W): rounded down, to 255.

    `drawn` is uint8 (H,W), 0 or 1; with nothing drawn at all every pixel is 255.
    """
    if not drawn.any():
        return np.full(drawn.shape, 255, dtype=np.uint8)
    distance = cv2.distanceTransform(1 - drawn, cv2.DIST_L1, 3)
    # OpenCV rounds to the nearest: a third less makes that rounding down, for whole distances.
    return cv2.convertScaleAbs(distance, alpha=1 / 3, beta=-1 / 3)
