"""Scalar curves that the drawing is made of; all take and give arrays of one shape."""

import numpy as np


def between(x: np.ndarray, low: float, high: float) -> np.ndarray:
    """`np.clip` without its checks, which take longer than small arrays do."""
    return np.minimum(np.maximum(x, low), high)


def smoothstep(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Rise from 0 at `low` to 1 at `high`, with flat ends."""
    t = between((x - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def ridge(distance: np.ndarray, width: float) -> np.ndarray:
    """1 on a line and 0 from `width` on, where `distance` is the distance to the line."""
    return between(1.0 - np.abs(distance) / width, 0.0, 1.0)


def dome(x: np.ndarray, power: float) -> np.ndarray:
    """(1 - |x|^power), 0 outside [-1, 1]: lids, lips and brows are domes."""
    return between(1.0 - np.abs(x) ** power, 0.0, 1.0)


def round_end(x: np.ndarray, power: float = 2.0) -> np.ndarray:
    """Half-width of a (super)ellipse of radius 1 at x; 0 outside [-1, 1]."""
    return np.maximum(1.0 - np.minimum(np.abs(x), 1.0) ** power, 0.0) ** (1.0 / power)


def triangle(x: np.ndarray) -> np.ndarray:
    """A wave of period 1 that goes 0, 1, 0 in straight lines."""
    return 1.0 - np.abs(2.0 * (x - np.floor(x)) - 1.0)
