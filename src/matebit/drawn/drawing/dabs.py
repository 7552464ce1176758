"""Media of many small dabs, the same at every size of a picture: oil and mosaic."""

from collections.abc import Iterator

import numpy as np

from matebit.drawn.drawing.layers import Material, Window, made_of, window_of
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import blur, fractal, noise, smoothstep, thread


class Lattice:
    """One centre in each of across x across cells of a picture of n x n points, and a rim around.

    cell: side of a cell, in points; side: cells a side, rim included
    x, y: (side, side) float32 positions of the centres, in points
    at: index arrays of the points under the centres, moved inside the picture
    """

    def __init__(self, n: int, across: int, rng: np.random.Generator, margin: float) -> None:
        self.cell = n / across
        self.side = across + 2
        jitter = rng.uniform(margin, 1 - margin, (2, self.side, self.side))
        corner = np.arange(self.side) - 1.0
        self.y = ((corner[:, None] + jitter[0]) * self.cell).astype(np.float32)
        self.x = ((corner[None, :] + jitter[1]) * self.cell).astype(np.float32)
        self.at = tuple(np.clip(c, 0, n - 1).astype(int) for c in (self.y, self.x))
        self._own = ((np.arange(n) + 0.5) / self.cell).astype(int)

    def neighbours(self, window: Window) -> Iterator[np.ndarray]:
        """For each of the nine cells around a window's points: its number, (H, W), into raveled arrays."""
        rows, columns = window
        for dy in range(3):
            for dx in range(3):
                yield (self._own[rows] + dy)[:, None] * self.side + (self._own[columns] + dx)[None, :]


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


def oil(s: Sketch) -> np.ndarray:
    """Oil on canvas: broad strokes that follow the form, finer ones on the head, none over the features."""
    n, unit, seed = s.n, s.n / 256, s.style.grain
    hair = s.layers.material == Material.HAIR
    colour = s.lit(1.15 * s.style.contrast)
    # warm lights, and a ground that plays between its two colours
    warm = as_planes((0.05, 0.03, -0.03))
    colour = colour + (s.light * (s.layers.rank > 0)) * warm
    ground = 0.10 * fractal(seed, 4, n, 3) * (s.layers.rank == 0)
    colour = colour * (1 + ground + np.where(hair, 0.3 * s.locks, 0))
    colour = colour + (0.34 * s.shine) * (1 - colour)
    dark = 0.5 * s.outline(0.004)
    colour = colour * (1 - dark) + dark * as_planes(s.style.colours.line)
    angle = _flow(s, colour)
    out, bristle = strokes(colour, angle, round(40 / s.scale), seed + 1, (slice(n), slice(n)))
    features = made_of(s.layers.material, _FEATURES)
    detailed = blur(features.astype(np.float32), 1.5 * unit)
    head = blur(s.fine.astype(np.float32), 1.0 * unit)
    rows, columns = close = window_of(head > 0)
    fine, small = strokes(colour, angle, round(80 / s.scale), seed + 2, close)
    out[:, rows, columns] += head[close] * (fine - out[:, rows, columns])
    bristle[close] = np.where(head[close] > 0.5, small, bristle[close])
    out = out + 0.25 * (colour - out)
    out = out + 0.85 * np.clip(1.9 * detailed, 0, 1) * (colour - out)
    relief = 0.06 * thread(seed + 3, bristle, 5.0) * (1 - 0.7 * detailed)
    line = np.arange(n) * (2 * np.pi * 85 / n)
    canvas = 0.022 * np.sin(line)[:, None] * np.sin(line)[None, :]
    canvas = canvas + 0.02 * noise(seed + 4, (128, 128), n)
    return out * (1 + relief + canvas)


_FEATURES = [
    Material.L_EYE, Material.R_EYE, Material.L_BROW, Material.R_BROW, Material.U_LIP, Material.L_LIP,
    Material.MOUTH, Material.EYE_G, Material.EAR_R, Material.NECK_L,
]  # fmt: skip


def _flow(s: Sketch, colour: np.ndarray) -> np.ndarray:
    # strokes run across the gradient of the blurred picture, as a painter follows a form; where
    # nothing changes a slow swirl takes over
    unit = s.n / 256
    grey = blur(colour.mean(0), 4 * unit)
    gy, gx = np.gradient(grey)
    swirl = 2.2 * fractal(s.style.grain + 7, 2, s.n, 2)
    weak = 0.0015 / unit
    return np.arctan2(gx + weak * np.sin(swirl), -gy + weak * np.cos(swirl))


def mosaic(s: Sketch) -> np.ndarray:
    """Glass tiles set in grout, small ones in the face: Voronoi cells, each of its centre's colour."""
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
