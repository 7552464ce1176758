"""Conditions that are lines: of any picture, or drawn by hand."""

from __future__ import annotations

import cv2
import numpy as np

from matebit.config.data import ConditionsConfig
from matebit.data.conditions.inputs import Structure


def lines_and_distance(lines: np.ndarray, reach: float) -> np.ndarray:
    """Two channels, uint8 (2,H,W): the lines, and how far each pixel is from the nearest one.

    `lines`: uint8 (H,W), 255 on a line; from 128 on a pixel counts as one. Euclidean distance in px,
    255 at `reach` px and beyond; with no line at all every pixel is 255.
    """
    free = (lines < 128).astype(np.uint8)
    if free.all():
        return np.stack([lines, np.full_like(lines, 255)])
    distance = cv2.distanceTransform(free, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.stack([lines, np.rint(np.minimum(distance / reach, 1) * 255).astype(np.uint8)])


def canny_lines(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """Canny's edges and their distance map, uint8 (2,S,S)."""
    from matebit.data.conditions.edges import extract_edges

    return lines_and_distance(extract_edges(structure.image, config.canny_sigma), config.distance_reach)


def xdog_lines(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """XDoG's drawn lines and their distance map, uint8 (2,S,S)."""
    from matebit.data.conditions.xdog import xdog

    return lines_and_distance(xdog(structure.image, config.xdog), config.distance_reach)
