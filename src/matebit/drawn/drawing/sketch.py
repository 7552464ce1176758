"""Colours, light and lines before a medium makes a picture of them."""

from dataclasses import dataclass

import cv2
import numpy as np

from matebit.drawn.drawing.background import background
from matebit.drawn.drawing.layers import Detail, Layers, Material, Rank, made_of
from matebit.drawn.drawing.palettes import Palette, as_planes
from matebit.drawn.drawing.style import Style
from matebit.drawn.drawing.texture import blur, pattern, shifted, smoothstep, thread

WOVEN = (Material.CLOTH, Material.LOWER, Material.OUTER)
_FACE_SKIN = (Material.SKIN, Material.NOSE)
_EARS = (Material.L_EAR, Material.R_EAR)
_BORDERLESS = {Material.NOSE: Material.SKIN, Material.L_BROW: Material.SKIN, Material.R_BROW: Material.SKIN}


@dataclass(frozen=True)
class Sketch:
    """What every medium starts from; n = size * samples, arrays (n, n) float32 unless said.

    fine: bool, where small strokes are needed
    scale: size of the smallest features beside those of a portrait, at most 1
    albedo: (3, n, n) own colours in [0, 1]; planes, so that numpy works along whole rows
    light: 0 in full shadow, 1 in full light
    shine: highlights in [0, 1]
    border: distance to the nearest border between parts, as a part of the picture's side
    lines: drawn lines inside parts, in [0, 1]
    locks: noise in [-1, 1] that runs along the hair, 0 elsewhere
    """

    layers: Layers
    style: Style
    size: int
    samples: int
    fine: np.ndarray
    scale: float
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
        dark = 1 - depth * (1 - as_planes(self.style.colours.shadow))
        return self.albedo * (dark + (1 - dark) * self.light)

    def outline(self, thickness: float) -> np.ndarray:
        """Drawn contours and inner lines in [0, 1]; `thickness` as a part of the picture's side.

        Lines are never thinner than half a pixel, so that they survive at small sizes.
        """
        t = max(thickness * self.scale, 0.55 / self.size) * self.style.line
        edge = 1 - smoothstep(0.5 * t, 0.5 * t + 0.7 / self.n, self.border)
        return np.maximum(edge, 0.9 * self.lines)


def sketch(
    layers: Layers,
    style: Style,
    size: int,
    samples: int,
    contour: np.ndarray,
    fine: np.ndarray,
    scale: float = 1.0,
) -> Sketch:
    """Colour and light the layers; `contour` bool (n, n): where outlines are drawn."""
    n = size * samples
    locks = _locks(layers, style)
    light, shine = _light(layers, style, n, locks, scale)
    return Sketch(
        layers=layers,
        style=style,
        size=size,
        samples=samples,
        fine=fine,
        scale=scale,
        albedo=_albedo(layers, style, n),
        light=light,
        shine=shine,
        border=_distance(contour),
        lines=layers.lines,
        locks=locks,
    )


def _colour_table(c: Palette) -> np.ndarray:
    table = np.zeros((len(Material), 3), np.float32)
    for label in (Material.SKIN, Material.NOSE, Material.L_EAR, Material.R_EAR, Material.NECK):
        table[label] = c.skin
    for label in (Material.L_EYE, Material.R_EYE):
        table[label] = c.white
    table[Material.MOUTH] = 0.45 * np.array(c.line) + 0.3 * np.array(c.lips)
    table[Material.U_LIP] = 0.86 * np.array(c.lips)
    table[Material.L_LIP] = c.lips
    table[Material.L_BROW] = table[Material.R_BROW] = 0.7 * np.array(c.hair) + 0.3 * np.array(c.line)
    table[Material.HAIR] = c.hair
    table[Material.HAT] = c.hat
    table[Material.EYE_G] = 0.6 * np.array(c.line) + 0.4 * np.array(c.metal)
    table[Material.EAR_R] = table[Material.NECK_L] = c.metal
    table[Material.STOOL] = 0.5 * np.array(c.back2) + 0.3 * np.array(c.line)
    return table


def _albedo(layers: Layers, style: Style, n: int) -> np.ndarray:
    c = style.colours
    material, detail = layers.material.ravel(), layers.detail.ravel()
    out = np.stack([tones[material] for tones in _colour_table(c).T])
    ground = background(style, n)
    if layers.ground.any():
        ground = ground * (1 - 0.5 * layers.ground)
    np.copyto(out, ground.reshape(3, -1), where=material == Material.NOTHING)
    for fabric in style.fabrics:
        cloth = np.flatnonzero(material == fabric.material)
        colour, second = as_planes(fabric.colour)[..., 0], as_planes(fabric.second)[..., 0]
        u, v = layers.u.ravel()[cloth] * fabric.cells, layers.v.ravel()[cloth] * fabric.cells
        out[:, cloth] = colour + pattern(fabric.pattern, u, v) * (second - colour)
    cheek, blush = as_planes(c.cheek)[..., 0], layers.cheek.ravel()
    rosy = np.flatnonzero(made_of(material, _FACE_SKIN) & (blush > 0))
    out[:, rosy] += (0.55 * blush[rosy]) * (cheek - out[:, rosy])
    ears = np.flatnonzero(made_of(material, _EARS))
    out[:, ears] += 0.3 * (cheek - out[:, ears])
    seen = np.flatnonzero(detail)
    out[:, seen] = _detail_table(c)[detail[seen]].T
    for fabric in style.fabrics:
        trim = seen[(detail[seen] == Detail.TRIM) & (material[seen] == fabric.material)]
        out[:, trim] = as_planes(fabric.second)[..., 0]
    return out.reshape(3, n, n)


def _detail_table(c: Palette) -> np.ndarray:
    table = np.zeros((len(Detail), 3), np.float32)
    table[Detail.SCLERA] = table[Detail.TEETH] = c.white
    table[Detail.IRIS] = c.iris
    table[Detail.PUPIL] = 0.8 * np.array(c.line)
    table[Detail.GLINT] = 1
    table[Detail.LASH] = c.line
    table[Detail.NOSTRIL] = 0.5 * np.array(c.line) + 0.3 * np.array(c.cheek)
    table[Detail.TRIM] = c.trim
    table[Detail.LENS] = 0.55 * np.array(c.line) + 0.35 * np.array(c.iris)
    return table


def _locks(layers: Layers, style: Style) -> np.ndarray:
    out = np.zeros_like(layers.strand)
    hair = layers.material == Material.HAIR
    strand = layers.strand[hair]
    out[hair] = 0.6 * thread(style.grain, strand, 9.0) + 0.4 * thread(style.grain + 1, strand, 31.0)
    return out


def _light(
    layers: Layers, style: Style, n: int, locks: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    nx, ny = layers.nx, layers.ny
    nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0.02, 1))
    diffuse = 0.5 * style.light * nx - 0.5 * ny + 0.72 * nz
    light = smoothstep(-0.15, 0.98, diffuse)
    # what lies deeper than its blurred surroundings is in the shade of what stands before it
    unit = n / 64 * scale
    rank = layers.rank.astype(np.float32) / Rank.TOP
    near = blur(rank, 1.7 * unit)
    shift = round(0.9 * unit)
    near = shifted(near, shift, -int(np.sign(style.light)) * shift)
    light = light * (1 - np.clip(1.9 * (near - rank), 0, 0.62) * (layers.rank > 0))
    light = np.where(layers.rank == 0, 1.0, light)
    half = 0.42 * style.light * nx - 0.5 * ny + 0.76 * nz
    shine = smoothstep(0.9, 1.02, half) * (layers.rank > 0)
    hair = layers.material == Material.HAIR
    # hair shines in a ring around the crown, broken by its locks
    ring = 1 - smoothstep(0.02, 0.2, np.abs(ny + 0.52 + 0.16 * locks))
    gloss = ring * smoothstep(0.25, 0.9, nz + 0.35 * style.light * nx) * (0.75 + 0.25 * locks)
    shine = np.where(hair, gloss, 0.5 * shine * ~made_of(layers.material, WOVEN))
    return light.astype(np.float32), shine.astype(np.float32)


def part_borders(layers: Layers) -> np.ndarray:
    """Contours bool (n, n) of a flat stack of parts: where a part or a trimming ends."""
    group = np.arange(256, dtype=np.uint8)
    for material, like in _BORDERLESS.items():
        group[material] = like
    ids = group[layers.part] * 2 + (layers.detail == Detail.TRIM)
    return steps(ids != np.roll(ids, 1, 1), ids != np.roll(ids, 1, 0))


def steps(right: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Contours (n, n) from what differs from the left and from the upper neighbour."""
    out = np.zeros(right.shape, bool)
    out[:, 1:] |= right[:, 1:]
    out[1:] |= down[1:]
    return out


def _distance(contour: np.ndarray) -> np.ndarray:
    n = contour.shape[0]
    if not contour.any():
        return np.ones((n, n), np.float32)
    return cv2.distanceTransform((~contour).view(np.uint8), cv2.DIST_L2, 5) / np.float32(n)
