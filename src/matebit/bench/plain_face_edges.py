"""Face edges the way they are described: one part after the other, by the usual libraries' plain calls.

This is what the fast way is compared with, in speed and in what comes out.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image
from skimage.feature import canny

from matebit.contracts.faces import EDGE_PARTS


def _border(mask: np.ndarray) -> np.ndarray:
    """Both pixels of each pair of 4-neighbours that differ, bool (S,S)."""
    border = np.zeros(mask.shape, dtype=bool)
    across, down = mask[:, 1:] != mask[:, :-1], mask[1:] != mask[:-1]
    border[:, 1:] |= across
    border[:, :-1] |= across
    border[1:] |= down
    border[:-1] |= down
    return border


def plain_face_edges(photograph: Path, masks: dict[str, Path], size: int) -> np.ndarray:
    """The 15 channels, uint8 (15,size,size), from the files; `masks` by part, absent parts left out."""
    image = Image.open(photograph).convert("RGB").resize((size, size), Image.Resampling.BILINEAR)
    borders, kept = np.zeros((size, size), dtype=bool), np.ones((size, size), dtype=bool)
    distances = []
    for part in EDGE_PARTS:
        mask = np.zeros((size, size), dtype=bool)
        if part in masks:
            drawn = Image.open(masks[part]).convert("L").resize((size, size), Image.Resampling.NEAREST)
            mask = np.asarray(drawn) > 127
        border = _border(mask)
        distance = cv2.distanceTransform(np.where(border, 0, 255).astype(np.uint8), cv2.DIST_L1, 3)
        distances.append(np.clip(distance / 3, 0, 255).astype(np.uint8))
        borders |= border
        kept[mask] = part == "hair"
    everything = borders | (canny(np.asarray(image.convert("L"))) & kept)
    planes = [everything * np.uint8(255), *distances, borders * np.uint8(255)]
    return np.stack(planes)
