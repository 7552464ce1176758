"""Edges: of any image (Canny), and along the borders of parts."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from PIL import Image
from scipy import ndimage
from skimage.feature._canny_cy import _nonmaximum_suppression_bilinear

# Skimage's defaults: 10 % and 20 % of the largest value.
_LOW, _HIGH = 0.1, 0.2


@lru_cache(maxsize=8)
def _frame(height: int, width: int, sigma: float) -> tuple[np.ndarray, np.ndarray]:
    """The share of the blur that falls inside the image, and the mask without its border."""
    inside = _blurred(np.ones((height, width)), sigma) + np.finfo(np.float64).eps
    interior = np.zeros((height, width), dtype=bool)
    interior[1:-1, 1:-1] = True
    return inside, interior


def _blurred(plane: np.ndarray, sigma: float) -> np.ndarray:
    return ndimage.gaussian_filter(plane, sigma, mode="constant", truncate=4.0)


def _slopes(plane: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sobel's slopes of a float64 (H,W) along its rows and its columns; the border is mirrored.

    The same numbers as `scipy.ndimage.sobel`, which adds in this order: a doubling is exact.
    """
    padded = cv2.copyMakeBorder(plane, 1, 1, 1, 1, cv2.BORDER_REFLECT)
    rise = padded[:, 2:] - padded[:, :-2]
    across = rise[1:-1] * 2
    across += rise[2:] + rise[:-2]
    rise = padded[2:] - padded[:-2]
    down = rise[:, 1:-1] * 2
    down += rise[:, 2:] + rise[:, :-2]
    return across, down


def canny(grey: np.ndarray, sigma: float) -> np.ndarray:
    """Edges of a uint8 (H,W) image as bool (H,W); blur `sigma` in px."""
    inside, interior = _frame(*grey.shape, sigma)
    smooth = _blurred(grey / 255.0, sigma)
    smooth /= inside
    across, down = _slopes(smooth)
    magnitude = down * down
    magnitude += across * across
    np.sqrt(magnitude, out=magnitude)
    ridges = _nonmaximum_suppression_bilinear(down, across, magnitude, interior, _LOW)
    drawn = ridges > 0
    count, labels = cv2.connectedComponents(drawn.view(np.uint8), connectivity=8, ltype=cv2.CV_32S)
    at = np.flatnonzero(drawn)
    label_at = labels.reshape(-1)[at]
    strong = np.zeros(count, dtype=bool)
    strong[label_at[ridges.reshape(-1)[at] >= _HIGH]] = True
    edges = np.zeros(grey.shape, dtype=bool)
    edges.reshape(-1)[at] = strong[label_at]
    return edges


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
