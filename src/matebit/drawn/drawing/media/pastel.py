"""Pastel: chalk on toothed paper, hatched one way, the paper shining through."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.drawing.materials import Material, made_of
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import blur, fractal, noise, thread


def paint(s: Sketch) -> np.ndarray:
    """Chalk where the tooth of the paper catches it."""
    n, unit, seed, c = s.n, s.n / 256, s.style.grain, s.style.colours
    paper = 0.5 * as_planes(c.back) + 0.5 * as_planes(c.back2)
    hair = s.layers.material == Material.HAIR
    colour = s.lit(0.85 * s.style.contrast)
    colour = colour * (1 + np.where(hair, 0.35 * s.locks, 0))
    colour = colour + (0.35 * s.shine) * (1 - colour)
    colour = 0.10 + 0.90 * colour
    colour = blur(colour, 1.1 * unit)
    line_x = (np.arange(n, dtype=np.float32) + 0.5) / n
    slope = line_x[None, :] * 0.8 + line_x[:, None] + 0.012 * fractal(seed + 3, 4, n, 2)
    hatch = thread(seed, slope, 95)
    tooth = noise(seed + 1, (230, 230), n) + 0.5 * noise(seed + 2, (120, 120), n)
    far = s.layers.rank == 0
    press = np.where(far, 0.35, 1.25) + 0.45 * hatch
    press = press + 0.5 * made_of(s.layers.material, [4, 5, 6, 7, 10, 11, 12])
    cover = smoothstep(-0.9, 0.5, tooth + press)
    cover = 0.35 + 0.65 * cover
    out = paper * (1 - cover) + colour * cover
    out = out * (1 + 0.05 * hatch)
    key = blur(s.outline(0.005), 0.6 * unit) * smoothstep(-1.1, 0.3, tooth + 0.4)
    key = 0.62 * key
    return out * (1 - key) + as_planes(c.line) * key
