"""Colours, light and lines before a medium makes a picture of them."""

from dataclasses import dataclass

import cv2
import numpy as np

from matebit.data.portraits.background import background
from matebit.data.portraits.curves import smoothstep
from matebit.data.portraits.labels import Detail, Label, Rank
from matebit.data.portraits.layers import Layers
from matebit.data.portraits.palettes import Palette
from matebit.data.portraits.patterns import pattern
from matebit.data.portraits.style import Style
from matebit.data.portraits.texture import blur, shifted, thread

_BORDERLESS = {Label.NOSE: Label.SKIN, Label.L_BROW: Label.SKIN, Label.R_BROW: Label.SKIN}


@dataclass(frozen=True)
class Sketch:
    """What every medium starts from; n = size * samples, arrays (n, n) float32 unless said.

    albedo: (n, n, 3) own colours in [0, 1]
    light: 0 in full shadow, 1 in full light
    shine: highlights in [0, 1]
    border: distance to the nearest border between parts, as a part of the picture's side
    lines: drawn lines inside parts, in [0, 1]
    locks: noise in [-1, 1] that runs along hair and folds
    """

    layers: Layers
    style: Style
    size: int
    samples: int
    albedo: np.ndarray
    light: np.ndarray
    shine: np.ndarray
    border: np.ndarray
    lines: np.ndarray
    locks: np.ndarray

    @property
    def n(self) -> int:
        """Side of the arrays, in subpixels."""
        return self.size * self.samples

    def lit(self, depth: float) -> np.ndarray:
        """albedo under the light: shadows are tinted by the palette, `depth` says how deep."""
        tint = np.array(self.style.colours.shadow, np.float32)
        dark = 1 - depth * (1 - tint)
        return self.albedo * (dark + (1 - dark) * self.light[..., None])

    def outline(self, thickness: float) -> np.ndarray:
        """Drawn contours and inner lines in [0, 1]; `thickness` as a part of the picture's side.

        Lines are never thinner than half a pixel, so that they survive at small sizes.
        """
        t = max(thickness, 0.55 / self.size) * self.style.line
        edge = 1 - smoothstep(0.5 * t, 0.5 * t + 0.7 / self.n, self.border)
        return np.maximum(edge, 0.9 * self.lines)


def sketch(layers: Layers, style: Style, size: int, samples: int) -> Sketch:
    """Colour and light the layers."""
    n = size * samples
    locks = _locks(layers, style)
    light, shine = _light(layers, style, n, locks)
    return Sketch(
        layers=layers,
        style=style,
        size=size,
        samples=samples,
        albedo=_albedo(layers, style, n),
        light=light,
        shine=shine,
        border=_border(layers, n),
        lines=layers.lines,
        locks=locks,
    )


def _colour_table(c: Palette) -> np.ndarray:
    table = np.zeros((19, 3), np.float32)
    for label in (Label.SKIN, Label.NOSE, Label.L_EAR, Label.R_EAR, Label.NECK):
        table[label] = c.skin
    for label in (Label.L_EYE, Label.R_EYE):
        table[label] = c.white
    table[Label.MOUTH] = 0.45 * np.array(c.line) + 0.3 * np.array(c.lips)
    table[Label.U_LIP] = 0.86 * np.array(c.lips)
    table[Label.L_LIP] = c.lips
    table[Label.L_BROW] = table[Label.R_BROW] = 0.7 * np.array(c.hair) + 0.3 * np.array(c.line)
    table[Label.HAIR] = c.hair
    table[Label.HAT] = c.hat
    table[Label.EYE_G] = 0.6 * np.array(c.line) + 0.4 * np.array(c.metal)
    table[Label.EAR_R] = table[Label.NECK_L] = c.metal
    table[Label.CLOTH] = c.cloth
    return table


def _albedo(layers: Layers, style: Style, n: int) -> np.ndarray:
    c = style.colours
    out = _colour_table(c)[layers.label]
    empty = layers.label == Label.BACKGROUND
    out[empty] = background(style, n)[empty]
    cloth = layers.label == Label.CLOTH
    woven = pattern(style.pattern, layers.u[cloth] * style.cells, layers.v[cloth] * style.cells)
    out[cloth] += woven[:, None] * (np.array(c.trim, np.float32) - out[cloth])
    skin = (layers.label == Label.SKIN) | (layers.label == Label.NOSE)
    blush = (0.55 * layers.cheek * skin)[..., None]
    out += blush * (np.array(c.cheek, np.float32) - out)
    ears = (layers.label == Label.L_EAR) | (layers.label == Label.R_EAR)
    out[ears] += 0.3 * (np.array(c.cheek, np.float32) - out[ears])
    details = {
        Detail.SCLERA: c.white,
        Detail.IRIS: c.iris,
        Detail.PUPIL: 0.8 * np.array(c.line),
        Detail.GLINT: np.ones(3),
        Detail.LASH: c.line,
        Detail.NOSTRIL: 0.5 * np.array(c.line) + 0.3 * np.array(c.cheek),
        Detail.TEETH: c.white,
        Detail.TRIM: c.trim,
        Detail.LENS: 0.55 * np.array(c.line) + 0.35 * np.array(c.iris),
    }
    for detail, colour in details.items():
        out[layers.detail == detail] = colour
    return out


def _locks(layers: Layers, style: Style) -> np.ndarray:
    coarse = thread(style.grain, layers.strand, 9.0)
    return 0.6 * coarse + 0.4 * thread(style.grain + 1, layers.strand, 31.0)


def _light(layers: Layers, style: Style, n: int, locks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    nx, ny = layers.nx, layers.ny
    nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0.02, 1))
    diffuse = 0.5 * style.light * nx - 0.5 * ny + 0.72 * nz
    light = smoothstep(-0.15, 0.98, diffuse)
    # what lies deeper than its blurred surroundings is in the shade of what stands before it
    unit = n / 64
    rank = layers.rank.astype(np.float32) / Rank.TOP
    near = blur(rank, 1.7 * unit)
    shift = round(0.9 * unit)
    near = shifted(near, shift, -int(np.sign(style.light)) * shift)
    light = light * (1 - np.clip(1.9 * (near - rank), 0, 0.62) * (layers.rank > 0))
    light = np.where(layers.rank == 0, 1.0, light)
    half = 0.42 * style.light * nx - 0.5 * ny + 0.76 * nz
    shine = smoothstep(0.9, 1.02, half) * (layers.rank > 0)
    hair = layers.label == Label.HAIR
    # hair shines in a ring around the crown, broken by its locks
    ring = 1 - smoothstep(0.02, 0.2, np.abs(ny + 0.52 + 0.16 * locks))
    gloss = ring * smoothstep(0.25, 0.9, nz + 0.35 * style.light * nx) * (0.75 + 0.25 * locks)
    shine = np.where(hair, gloss, 0.5 * shine * (layers.label != Label.CLOTH))
    return light.astype(np.float32), shine.astype(np.float32)


def _border(layers: Layers, n: int) -> np.ndarray:
    group = np.arange(256, dtype=np.uint8)
    for label, like in _BORDERLESS.items():
        group[label] = like
    ids = group[layers.part] * 2 + (layers.detail == Detail.TRIM)
    same = np.ones((n, n), np.uint8)
    differ = ids[:, 1:] != ids[:, :-1]
    same[:, 1:][differ] = 0
    differ = ids[1:] != ids[:-1]
    same[1:][differ] = 0
    if same.all():
        return np.ones((n, n), np.float32)
    return cv2.distanceTransform(same, cv2.DIST_L2, 5) / np.float32(n)
