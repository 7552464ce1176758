"""What the drawing is made of: curves, the noise of the media, patterns of cloth and wallpaper.

Noise is a function of seed and position in the picture only; its lattices are counted in cells a
picture, so a style looks alike at every size.
"""

import cv2
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


PATTERNS = (
    "plain",
    "stripes",
    "bands",
    "dots",
    "checks",
    "scales",
    "zigzag",
    "flowers",
    "diamonds",
)


def pattern(name: str, u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Amount in [0, 1] of the second colour, same shape as u and v; a repeat is 1 x 1."""
    if name == "plain":
        return np.zeros_like(u)
    if name == "stripes":
        return _cut(triangle(u) - 0.58)
    if name == "bands":
        return _cut(triangle(v) - 0.5)
    if name == "dots":
        return _cut(0.3 - _nearest(u, v))
    if name == "checks":
        return 0.5 * _cut(triangle(u) - 0.5) + 0.5 * _cut(triangle(v) - 0.5)
    if name == "scales":
        return _scales(u, v)
    if name == "zigzag":
        return _cut(triangle(v + 0.5 * triangle(u)) - 0.5)
    if name == "flowers":
        return _flowers(u, v)
    return _cut(0.36 - np.abs(triangle(u) - 0.5) - np.abs(triangle(v) - 0.5)) * 0.9


def _cut(field: np.ndarray) -> np.ndarray:
    return smoothstep(-0.04, 0.04, field)


def _offsets(u: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # position in the cell of a lattice whose odd rows are shifted by half a cell
    row = np.floor(v)
    x = u + 0.5 * (row % 2)
    return x - np.floor(x) - 0.5, v - row - 0.5


def _nearest(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.hypot(*_offsets(u, v))


def _flowers(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    x, y = _offsets(0.8 * u, 0.8 * v)
    r = np.hypot(x, y)
    petals = 0.27 + 0.1 * np.cos(5 * np.arctan2(y, x))
    return _cut(petals - r) * (1 - _cut(0.09 - r))


def _scales(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    # overlapping discs (the Japanese seigaiha), the lower rows over the upper ones
    out = np.zeros_like(u)
    y = 2 * v
    for k in (-1, 0, 1):
        row = np.floor(y) + k
        x = u + 0.5 * (row % 2)
        r = np.hypot(x - np.floor(x) - 0.5, (row + 1 - y) * 0.5)
        inside = r < 0.5
        rings = smoothstep(-0.15, 0.15, np.cos(r * 6 * np.pi + 0.4))
        out = np.where(inside, rings, out)
    return out
