"""Conditions that are lines: of any picture, or drawn by hand."""

from __future__ import annotations

import cv2
import numpy as np

from matebit.config.conditions import XDoGConfig
from matebit.config.data import ConditionsConfig
from matebit.data.conditions.inputs import Structure

# Rec. 601 luma, as everywhere in this room, without rounding to 8 bits.
_LUMA = np.array([0.299, 0.587, 0.114], dtype=np.float32) / 255


def _blurred(plane: np.ndarray, sigma: float) -> np.ndarray:
    return cv2.GaussianBlur(plane, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)


def even_tones(grey: np.ndarray, config: XDoGConfig) -> np.ndarray:
    """Tones float32 (H,W) as 0.5 + z/4: z, the difference to the mean around, by the spread around."""
    smooth = cv2.bilateralFilter(grey, -1, config.smooth_tones, config.smooth) if config.smooth else grey
    mean = _blurred(smooth, config.surroundings)
    variance = np.maximum(_blurred(smooth * smooth, config.surroundings) - mean * mean, 0)
    return 0.5 + 0.25 * (smooth - mean) / np.sqrt(variance + config.least_spread**2)


def xdog(image: np.ndarray, config: XDoGConfig) -> np.ndarray:
    """Lines of uint8 (H,W,3) RGB as uint8 (H,W): 255 in the middle of a dark line, 0 on paper.

    Equation 7 of the paper sharpens, S = (1 + p) G_sigma * I - p G_(k sigma) * I; its equation 5
    thresholds, T(u) = 1 where u >= eps, else 1 + tanh(phi (u - eps)). What is returned is 1 - T.
    """
    tones = even_tones(image.astype(np.float32) @ _LUMA, config)
    narrow, wide = (_blurred(tones, config.sigma * factor) for factor in (1, config.ratio))
    sharp = (1 + config.sharpness) * narrow - config.sharpness * wide
    drawn = np.tanh(config.steepness * np.maximum(config.threshold - sharp, 0))
    return np.rint(drawn * 255).astype(np.uint8)


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
    return lines_and_distance(xdog(structure.image, config.xdog), config.distance_reach)
