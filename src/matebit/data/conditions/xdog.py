"""XDoG, the extended difference of Gaussians (Winnemoeller, Kyprianidis, Olsen 2012), made for any medium.

The thresholds of the paper act on tones, so that a dark painting would become one black area. Here the
tones are first smoothed between edges, which takes away brush strokes and stones of a mosaic, and then
measured by the mean and spread of their surroundings: an oil portrait and a photograph of the same face
give nearly the same lines.
"""

from __future__ import annotations

import cv2
import numpy as np

from matebit.config.xdog import XDoGConfig

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
