"""Ink on paper: washes that pool at their rims, a swelling brush line, a breath of colour."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.drawing.materials import Material
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import blur, fractal, noise

_TONE = {
    Material.HAIR: 0.82, Material.CLOTH: 0.34, Material.HAT: 0.6, Material.L_BROW: 0.8,
    Material.R_BROW: 0.8, Material.LOWER: 0.42, Material.OUTER: 0.5, Material.SHOE: 0.8,
    Material.BAG: 0.7, Material.BELT: 0.8, Material.STOOL: 0.3,
}  # fmt: skip
_COLOUR = {
    Material.U_LIP: 0.85, Material.L_LIP: 0.8, Material.CLOTH: 0.55, Material.HAT: 0.5,
    Material.EAR_R: 0.8, Material.LOWER: 0.5, Material.OUTER: 0.5, Material.BAG: 0.6,
}  # fmt: skip


def paint(s: Sketch) -> np.ndarray:
    """Paper times washes of ink and thin colour, then the line."""
    n, unit = s.n, s.n / 256
    seed, c = s.style.grain, s.style.colours
    paper = 0.45 + 0.55 * as_planes(c.white) * (0.75 + 0.25 * as_planes(c.back))
    ink = as_planes(c.line)
    cloud, fibre = fractal(seed, 5, n), noise(seed + 5, (220, 30), n)
    label = s.layers.material
    tone, tint = np.zeros(len(Material), np.float32), np.full(len(Material), 0.16, np.float32)
    for k, value in _TONE.items():
        tone[k] = value
    for k, value in _COLOUR.items():
        tint[k] = value
    grey = np.moveaxis(s.albedo, 0, -1) @ np.array([0.3, 0.59, 0.11], np.float32)
    wash = tone[label] * (1 + 0.3 * s.locks * (label == Material.HAIR)) * (1.15 - 0.5 * grey)
    wash = wash + 0.5 * smoothstep(0.75, 0.15, s.light) * (s.layers.rank > 0)
    wash = wash + 0.10 * (s.layers.rank == 0) * (1 - grey)
    wash = wash * (1 - 0.75 * s.shine)
    wash = blur(wash.astype(np.float32), 0.9 * unit)
    # eyes, teeth and trimmings are drawn, not washed
    drawn = s.layers.detail > 0
    wash = np.where(drawn, np.clip(1.0 - 1.05 * grey, 0, 1), wash)
    pool = 0.14 * smoothstep(0.018, 0.002, s.border) * (wash > 0.08) * ~drawn
    wash = np.clip((wash + pool) * (0.86 + 0.22 * cloud + 0.08 * fibre), 0, 0.95)
    thin = blur(tint[label], 1.2 * unit)
    ground = paper * (1 + 0.025 * fibre + 0.02 * cloud)
    colour = ground * (1 - thin * (1 - s.albedo))
    colour = colour * (1 - wash) + ink * wash
    swell = 0.0075 * np.clip(1 + 0.75 * fractal(seed + 20, 6, n, 2), 0.3, 2)
    line = 1 - smoothstep(0, 1, (s.border - 0.3 * swell) / (0.5 * swell + 0.4 / n))
    line = np.maximum(line, s.lines) * (0.88 + 0.12 * fibre)
    return colour * (1 - line) + ink * line
