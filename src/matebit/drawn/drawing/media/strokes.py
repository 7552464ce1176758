"""Brush strokes: a lattice of oriented dabs, each of the colour under its centre."""

import numpy as np

from matebit.drawn.drawing.layers import Window
from matebit.drawn.drawing.media.lattice import Lattice

_WIDTH = 0.42  # half a dab's width, in cells; half its length is one cell


def strokes(
    colour: np.ndarray, angle: np.ndarray, across: int, seed: int, window: Window
) -> tuple[np.ndarray, np.ndarray]:
    """Repaint a window of `colour` (3, n, n) with across x across dabs along `angle` (n, n, radians).

    Returns the window's colours (3, H, W) and bristles: position across the dab in [-1, 1], (H, W).
    """
    n = colour.shape[-1]
    rows, columns = window
    rng = np.random.default_rng(seed)
    dabs = Lattice(n, across, rng, margin=0.1)
    shape = (dabs.side, dabs.side)
    theta = angle[dabs.at] + rng.uniform(-0.35, 0.35, shape).astype(np.float32)
    order = rng.uniform(0.01, 1, shape).astype(np.float32).ravel()
    paint = (colour[:, *dabs.at] * rng.uniform(0.93, 1.07, shape)).astype(np.float32)
    cos, sin = np.cos(theta).ravel(), np.sin(theta).ravel()
    x, y = dabs.x.ravel(), dabs.y.ravel()
    line = np.arange(n, dtype=np.float32) + 0.5
    best = np.zeros_like(angle[window])
    winner = np.zeros(best.shape, np.int64)
    bristle = np.zeros_like(best)
    for cell in dabs.neighbours(window):
        dx, dy = line[None, columns] - x[cell], line[rows, None] - y[cell]
        c, s = cos[cell], sin[cell]
        along = (c * dx + s * dy) / dabs.cell
        beside = (c * dy - s * dx) / (_WIDTH * dabs.cell)
        square = along * along
        over = np.where(square * square + beside * beside < 1, order[cell], 0)
        above = over > best
        best = np.where(above, over, best)
        winner = np.where(above, cell, winner)
        bristle = np.where(above, beside, bristle)
    painted = np.stack([tones[winner] for tones in paint.reshape(3, -1)])
    return np.where(best > 0, painted, colour[:, rows, columns]), bristle
