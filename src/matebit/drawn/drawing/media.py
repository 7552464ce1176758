"""From a sketch to pixels, in the medium of its style."""

from collections.abc import Callable

import cv2
import numpy as np

from matebit.drawn.drawing.dabs import mosaic, oil
from matebit.drawn.drawing.layers import Detail, Material, made_of
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.sketch import Sketch
from matebit.drawn.drawing.texture import blur, fractal, noise, shifted, smoothstep, thread


def cartoon(s: Sketch) -> np.ndarray:
    """Flat colours: two tones each, one hard shadow, a bold black outline."""
    tint = as_planes(s.style.colours.shadow)
    hair = s.layers.material == Material.HAIR
    light = s.light + np.where(hair, 0.18 * s.locks, 0)
    shade = smoothstep(0.50, 0.46, light) * 0.62
    colour = s.albedo * (1 - shade * (1 - tint))
    gloss = smoothstep(0.5, 0.56, s.shine) * np.where(hair, 0.4, 0.35)
    colour = colour + gloss * (1 - colour)
    line = s.outline(0.0085)
    return colour * (1 - line) + as_planes(s.style.colours.line) * line


_TONE = {
    Material.HAIR: 0.82, Material.CLOTH: 0.34, Material.HAT: 0.6, Material.L_BROW: 0.8,
    Material.R_BROW: 0.8, Material.LOWER: 0.42, Material.OUTER: 0.5, Material.SHOE: 0.8,
    Material.BAG: 0.7, Material.BELT: 0.8, Material.STOOL: 0.3,
}  # fmt: skip
_COLOUR = {
    Material.U_LIP: 0.85, Material.L_LIP: 0.8, Material.CLOTH: 0.55, Material.HAT: 0.5,
    Material.EAR_R: 0.8, Material.LOWER: 0.5, Material.OUTER: 0.5, Material.BAG: 0.6,
}  # fmt: skip


def ink(s: Sketch) -> np.ndarray:
    """Paper times washes of ink that pool at their rims and thin colour, then a swelling brush line."""
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


def pastel(s: Sketch) -> np.ndarray:
    """Chalk, hatched one way, where the tooth of the paper catches it."""
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


def photograph(s: Sketch) -> np.ndarray:
    """Soft light, fine hair, grain and a vignette; the ground is out of focus."""
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


def woodblock(s: Sketch) -> np.ndarray:
    """Few flat inks through the wood's grain, a graded ground, then the key block."""
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


_MEDIA: dict[str, Callable[[Sketch], np.ndarray]] = {
    medium.__name__: medium for medium in (oil, ink, cartoon, woodblock, photograph, pastel, mosaic)
}
"""By the word of `style.MEDIA`; each gives colours (3, n, n), in about [0, 1]."""


def paint(sketch: Sketch) -> np.ndarray:
    """The picture, (size, size, 3) uint8 RGB."""
    fine = np.clip(_MEDIA[sketch.style.medium](sketch), 0, 1).astype(np.float32)
    image = cv2.resize(cv2.merge(list(fine)), (sketch.size, sketch.size), interpolation=cv2.INTER_AREA)
    return (image * 255 + 0.5).astype(np.uint8)
