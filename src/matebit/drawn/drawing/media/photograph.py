"""Photograph: soft light, blurred ground, fine hair, grain and a vignette."""

import numpy as np

from matebit.drawn.drawing.materials import Material
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import blur, fractal, noise


def paint(s: Sketch) -> np.ndarray:
    """Lit colours; the ground is out of focus."""
    n, unit = s.n, s.n / 256
    hair = s.layers.material == Material.HAIR
    colour = s.lit(0.95 * s.style.contrast)
    colour *= np.where(hair, 1 + 0.3 * s.locks, 1)
    glow = np.where(hair, 0.28, 0.30) * s.shine
    colour = colour + glow * (1 - colour)
    colour *= 1 - 0.34 * s.outline(0.002)
    colour = blur(colour, 0.5 * unit)
    far = s.layers.rank == 0
    # blur premultiplied, so that the sitter's colours do not bleed into the ground
    weight = far.astype(np.float32)
    ground = blur(colour * weight, 7 * unit)
    ground /= np.maximum(blur(weight, 7 * unit), 1e-3)
    soft = blur(weight, 0.8 * unit)
    colour = colour * (1 - soft) + ground * soft
    line = (np.arange(n, dtype=np.float32) + 0.5) / n - 0.5
    vignette = 1.06 - 0.55 * (line[:, None] ** 2 + line[None, :] ** 2)
    mottled = 1 + 0.025 * fractal(s.style.grain, 24, n, 3) * ~far
    grain = 0.018 * noise(s.style.grain + 9, (256, 256), n)
    return colour * (vignette * mottled) + grain
