"""Patterns of cloth and wallpaper: u, v in repeats to how much of the second colour shows."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep, triangle

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
