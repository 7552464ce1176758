"""Mosaic: glass tiles set in grout, small ones in the face."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.drawing.layers import Window, window_of
from matebit.drawn.drawing.materials import Material, made_of
from matebit.drawn.drawing.media.lattice import Lattice
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import blur


def paint(s: Sketch) -> np.ndarray:
    """Voronoi cells of a jittered lattice, each of its centre's colour."""
    unit, seed = s.n / 256, s.style.grain
    colour = s.lit(0.9 * s.style.contrast)
    colour = colour + (0.3 * s.shine) * (1 - colour)
    line = 0.85 * s.outline(0.006)
    colour = colour * (1 - line) + line * as_planes(s.style.colours.line)
    grout = 0.55 * as_planes(s.style.colours.line) + 0.25
    face = s.fine & (s.layers.material != Material.HAIR)
    out = _tiles(colour, round(37 / s.scale), seed, grout, (slice(s.n), slice(s.n)))
    rows, columns = close = window_of(face)
    small = _tiles(colour, round(64 / s.scale), seed + 1, grout, close)
    np.copyto(out[:, rows, columns], small, where=face[close])
    features = made_of(s.layers.material, [3, 4, 5, 6, 7, 10, 11, 12])
    sharp = np.clip(1.8 * blur(features.astype(np.float32), 1.2 * unit), 0, 1)
    return out + 0.85 * sharp * (colour - out)


def _tiles(colour: np.ndarray, across: int, seed: int, grout: np.ndarray, window: Window) -> np.ndarray:
    # the tiles of a window of the picture, (3, H, W)
    n = colour.shape[-1]
    rng = np.random.default_rng(seed)
    tiles = Lattice(n, across, rng, margin=0.2)
    tone = rng.uniform(0.86, 1.12, (tiles.side, tiles.side))
    glass = (colour[:, *tiles.at] * tone).astype(np.float32).reshape(3, -1)
    x, y = tiles.x.ravel(), tiles.y.ravel()
    line = np.arange(n, dtype=np.float32) + 0.5
    rows, columns = window
    first = np.full_like(colour[0, rows, columns], np.inf)
    second = first.copy()
    winner = np.zeros(first.shape, np.int64)
    for cell in tiles.neighbours(window):
        d = np.hypot(line[None, columns] - x[cell], line[rows, None] - y[cell])
        nearer = d < first
        second = np.where(nearer, first, np.minimum(second, d))
        first = np.where(nearer, d, first)
        winner = np.where(nearer, cell, winner)
    gap = 0.35 + 0.65 * smoothstep(0.06, 0.22, (second - first) / tiles.cell)
    return grout * (1 - gap) + np.stack([tones[winner] for tones in glass]) * gap
