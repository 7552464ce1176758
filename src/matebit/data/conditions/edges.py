"""Edges: of any image, and along the borders of parts."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from matebit.data.conditions.canny import canny

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def grey_of(image: np.ndarray) -> np.ndarray:
    """Luma of uint8 (H,W,3) RGB as uint8 (H,W), as Pillow's mode L rounds it (ITU-R 601-2)."""
    return np.asarray(Image.fromarray(image).convert("L"))


def extract_edges(image: np.ndarray, sigma: float = 1.0) -> np.ndarray:
    """Edges of any RGB image, uint8 (H,W,3), as uint8 (H,W), 0 or 255.

    Canny with skimage's thresholds and a blur of `sigma` px; needs no weights. Made alike for a
    true and for a translated image, so that the two can be compared.
    """
    return canny(grey_of(image), sigma).view(np.uint8) * np.uint8(255)


def boundary(mask: np.ndarray) -> np.ndarray:
    """The border of a mask uint8 (H,W), 0 or 1: both pixels of each differing 4-neighbour pair.

    That is where the largest and the least of a pixel and its four neighbours differ.
    """
    return cv2.morphologyEx(mask, cv2.MORPH_GRADIENT, _CROSS)
