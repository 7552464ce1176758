"""Mosaic: glass tiles set in grout, small ones in the face."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.drawing.materials import Material
from matebit.drawn.drawing.media.lattice import Lattice
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import blur


def paint(s: Sketch) -> np.ndarray:
    """Voronoi cells of a jittered lattice, each of its centre's colour."""
    unit, seed = s.n / 256, s.style.grain
    colour = s.lit(0.9 * s.style.contrast)
    colour = colour + (0.3 * s.shine)[..., None] * (1 - colour)
    line = 0.85 * s.outline(0.006)[..., None]
    colour = colour * (1 - line) + line * np.array(s.style.colours.line, np.float32)
    grout = 0.55 * np.array(s.style.colours.line, np.float32) + 0.25
    large = _tiles(colour, round(37 / s.scale), seed, grout)
    small = _tiles(colour, round(64 / s.scale), seed + 1, grout)
    face = s.fine
    features = np.isin(s.layers.material, [3, 4, 5, 6, 7, 10, 11, 12])
    sharp = np.clip(1.8 * blur(features.astype(np.float32), 1.2 * unit), 0, 1)[..., None]
    out = np.where((face & (s.layers.material != Material.HAIR))[..., None], small, large)
    return out + 0.85 * sharp * (colour - out)


def _tiles(colour: np.ndarray, across: int, seed: int, grout: np.ndarray) -> np.ndarray:
    n = colour.shape[0]
    rng = np.random.default_rng(seed)
    tiles = Lattice(n, across, rng, margin=0.2)
    tone = rng.uniform(0.86, 1.12, (tiles.side, tiles.side, 1))
    glass = (colour[tiles.at] * tone).astype(np.float32).reshape(-1, 3)
    x, y = tiles.x.ravel(), tiles.y.ravel()
    line = np.arange(n, dtype=np.float32) + 0.5
    first = np.full((n, n), np.inf, np.float32)
    second = first.copy()
    winner = np.zeros((n, n), np.int64)
    for cell in tiles.neighbours():
        d = np.hypot(line[None, :] - x[cell], line[:, None] - y[cell])
        nearer = d < first
        second = np.where(nearer, first, np.minimum(second, d))
        first = np.where(nearer, d, first)
        winner = np.where(nearer, cell, winner)
    gap = 0.35 + 0.65 * smoothstep(0.06, 0.22, (second - first) / tiles.cell)[..., None]
    return grout * (1 - gap) + glass[winner] * gap
