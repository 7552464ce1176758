"""Cartoon: flat colours, one hard shadow, bold outlines."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.drawing.materials import Material
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.sketch import Sketch


def paint(s: Sketch) -> np.ndarray:
    """Two tones a colour and a black line."""
    tint = as_planes(s.style.colours.shadow)
    hair = s.layers.material == Material.HAIR
    light = s.light + np.where(hair, 0.18 * s.locks, 0)
    shade = smoothstep(0.50, 0.46, light) * 0.62
    colour = s.albedo * (1 - shade * (1 - tint))
    gloss = smoothstep(0.5, 0.56, s.shine) * np.where(hair, 0.4, 0.35)
    colour = colour + gloss * (1 - colour)
    line = s.outline(0.0085)
    return colour * (1 - line) + as_planes(s.style.colours.line) * line
