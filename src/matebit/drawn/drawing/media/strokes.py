"""Brush strokes: a lattice of oriented dabs, each of the colour under its centre."""

import numpy as np

from matebit.drawn.drawing.media.lattice import Lattice

_WIDTH = 0.42  # half a dab's width, in cells; half its length is one cell


def strokes(colour: np.ndarray, angle: np.ndarray, across: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Repaint `colour` (n, n, 3) with across x across dabs along `angle` (n, n, radians).

    Returns the colours and the bristles: position across the dab in [-1, 1], (n, n).
    """
    n = colour.shape[0]
    rng = np.random.default_rng(seed)
    dabs = Lattice(n, across, rng, margin=0.1)
    shape = (dabs.side, dabs.side)
    theta = angle[dabs.at] + rng.uniform(-0.35, 0.35, shape).astype(np.float32)
    order = rng.uniform(0.01, 1, shape).astype(np.float32).ravel()
    paint = (colour[dabs.at] * rng.uniform(0.93, 1.07, (*shape, 1))).astype(np.float32)
    cos, sin = np.cos(theta).ravel(), np.sin(theta).ravel()
    x, y = dabs.x.ravel(), dabs.y.ravel()
    line = np.arange(n, dtype=np.float32) + 0.5
    best = np.zeros((n, n), np.float32)
    winner = np.zeros((n, n), np.int64)
    bristle = np.zeros((n, n), np.float32)
    for cell in dabs.neighbours():
        dx, dy = line[None, :] - x[cell], line[:, None] - y[cell]
        c, s = cos[cell], sin[cell]
        along = (c * dx + s * dy) / dabs.cell
        beside = (c * dy - s * dx) / (_WIDTH * dabs.cell)
        square = along * along
        over = np.where(square * square + beside * beside < 1, order[cell], 0)
        above = over > best
        best = np.where(above, over, best)
        winner = np.where(above, cell, winner)
        bristle = np.where(above, beside, bristle)
    painted = paint.reshape(-1, 3)[winner]
    return np.where((best > 0)[..., None], painted, colour), bristle
