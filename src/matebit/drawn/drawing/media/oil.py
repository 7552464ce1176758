"""Oil on canvas: strokes that follow the form, small where the face needs it, ridges of paint."""

import numpy as np

from matebit.drawn.drawing.layers import window_of
from matebit.drawn.drawing.materials import Material, made_of
from matebit.drawn.drawing.media.strokes import strokes
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import blur, fractal, noise, thread


def paint(s: Sketch) -> np.ndarray:
    """Broad strokes everywhere, finer ones on the head, none over the features."""
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
