"""Noise of the media: functions of seed and position in the picture only.

The lattices are counted in cells a picture, so a style looks alike at every size.
"""

import cv2
import numpy as np


def noise(seed: int, cells: tuple[float, float], n: int) -> np.ndarray:
    """Smooth noise (n, n) in about [-1, 1]; `cells` = features down and across the picture."""
    rows, columns = (int(min(c, n)) + 1 for c in cells)
    lattice = np.random.default_rng(seed).uniform(-1, 1, (rows, columns)).astype(np.float32)
    return cv2.resize(lattice, (n, n), interpolation=cv2.INTER_CUBIC)


def fractal(seed: int, cells: float, n: int, octaves: int = 4) -> np.ndarray:
    """Noise (n, n) in about [-1, 1] with detail at `octaves` scales."""
    out = np.zeros((n, n), np.float32)
    total = 0.0
    for k in range(octaves):
        weight = 0.6**k
        out += weight * noise(seed + k, (cells * 2**k, cells * 2**k), n)
        total += weight
    return out * (1.7 / total)


def thread(seed: int, x: np.ndarray, count: float) -> np.ndarray:
    """Noise in [-1, 1] along a scalar: `count` random values for each unit of x, smoothed."""
    table = np.random.default_rng(seed).uniform(-1, 1, 1024).astype(np.float32)
    position = x * np.float32(count) + np.float32(512)
    low = np.floor(position)
    t = position - low
    t = t * t * (3 - 2 * t)
    i = low.astype(np.int32) & 1023
    return table[i] * (1 - t) + table[(i + 1) & 1023] * t


def shifted(field: np.ndarray, down: int, right: int) -> np.ndarray:
    """`field` (n, n) moved by whole pixels; the edge rows and columns fill what opens."""
    n = field.shape[0]
    line = np.arange(n)
    return field[np.ix_(np.clip(line - down, 0, n - 1), np.clip(line - right, 0, n - 1))]


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian blur of (n, n), or of each plane of (planes, n, n), by `sigma` pixels.

    Each output pixel is one sum, whatever the threads.
    """
    if sigma < 0.3:
        return image
    if image.ndim == 3:
        return np.stack([blur(plane, sigma) for plane in image])
    shrink = int(sigma // 4)
    if shrink < 2:
        return cv2.GaussianBlur(image, (0, 0), float(sigma), borderType=cv2.BORDER_REFLECT)
    # a wide blur leaves nothing that a coarser grid could not hold
    n = image.shape[0]
    small = cv2.resize(image, (n // shrink, n // shrink), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / shrink, borderType=cv2.BORDER_REFLECT)
    return cv2.resize(small, (n, n), interpolation=cv2.INTER_LINEAR)
