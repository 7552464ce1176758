"""Woodblock print: few flat inks, a key line printed slightly off, wood grain, graded ground."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.drawing.materials import Detail, Material
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import fractal, noise, shifted, thread


def paint(s: Sketch) -> np.ndarray:
    """Flat colours through the wood's grain, then the key block."""
    n, seed, c = s.n, s.style.grain, s.style.colours
    line_y = ((np.arange(n, dtype=np.float32) + 0.5) / n)[:, None]
    paper = 0.35 + 0.65 * as_planes(c.white) * as_planes((1.0, 0.97, 0.9))
    far = s.layers.rank == 0
    flat = s.albedo
    levels = np.float32(6)
    flat = np.floor(flat * levels + 0.5) / levels * 0.6 + flat * 0.4
    hair = s.layers.material == Material.HAIR
    combed = smoothstep(0.25, 0.6, s.locks) * hair
    flat = flat * (1 - 0.35 * combed)
    shade = smoothstep(0.3, 0.22, s.light) * ~far * ~hair * (s.layers.detail == Detail.NONE)
    flat = flat * (1 - 0.3 * shade * (1 - as_planes(c.shadow)))
    bokashi = smoothstep(0.42, 0.0, line_y) * far
    flat = flat + (0.75 * bokashi) * (as_planes(c.back2) * 0.8 - flat)
    warp = fractal(seed, 2, n, 3)
    rings = thread(seed + 1, np.broadcast_to(line_y, (n, n)) * 1.2 + 0.05 * warp, 60)
    worn = smoothstep(0.55, 1.1, noise(seed + 2, (190, 190), n) + 0.35 * rings)
    thin = 0.11 * (0.5 + 0.5 * rings) + 0.3 * worn
    printed = flat * (1 - thin) + paper * thin
    # the key block is never quite in register with the colour blocks
    shift = max(1, round(0.002 * n))
    key = shifted(s.outline(0.0062), shift, shift)
    key = np.maximum(key, 0.8 * smoothstep(0.66, 0.8, s.locks) * hair * 0.6)
    key = key * (1 - 0.35 * worn)
    return printed * (1 - key) + as_planes(c.line) * key
