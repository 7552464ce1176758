"""From a stance, a cut and a style to a figure with its exact annotations."""

from dataclasses import dataclass

import numpy as np

from matebit.contracts.bodies import LABELS
from matebit.drawn.drawing.layers import Detail, Layers, Material, Rank
from matebit.drawn.drawing.media import paint
from matebit.drawn.drawing.sketch import sketch, steps
from matebit.drawn.drawing.style import Style
from matebit.drawn.figures.anatomy import Body, body
from matebit.drawn.figures.cut import Cut
from matebit.drawn.figures.garments import ARMS, LEGS, dress
from matebit.drawn.figures.head import draw_head, head_shape
from matebit.drawn.figures.pose import Build, Pose
from matebit.drawn.figures.props import draw_bag, draw_stool, ground_shade
from matebit.drawn.figures.raster import Cloth, Finish, Raster, View
from matebit.drawn.figures.skeleton import skeleton
from matebit.drawn.figures.surfaces import Cutter, Part, Patch, lay, on_arm, on_leg, on_trunk
from matebit.errors import MatebitError

_HANDS, _FEET = (Part.R_HAND, Part.L_HAND), (Part.R_FOOT, Part.L_FOOT)
_CREASE = 0.28  # a step in depth, in half head heights, that is drawn as a contour


@dataclass(frozen=True)
class Stance:
    """What a condition asks for: a body, how it stands, from where it is seen."""

    build: Build
    pose: Pose
    view: View


@dataclass(frozen=True)
class Scene:
    """A figure on n x n points: layers, depth towards us (-inf behind), contours bool."""

    layers: Layers
    depth: np.ndarray
    contour: np.ndarray


def scene(stance: Stance, cut: Cut, n: int) -> Scene:
    """Put the figure on n x n points."""
    raster = Raster(Layers(n, n), stance.view)
    bones = skeleton(stance.build, stance.pose)
    flesh = body(stance.build, bones)
    _draw_skin(raster, flesh, cut)
    dress(raster, flesh, cut)
    draw_bag(raster, flesh, cut)
    if stance.pose.attitude == "seated":
        draw_stool(raster, flesh)
    shape = head_shape(stance.build, stance.pose, cut, bones, stance.view)
    inner = draw_head(raster, shape, float(bones.head[2]))
    raster.layers.ground[:] = ground_shade(flesh, stance.view, n, stance.pose.attitude == "seated")
    return Scene(raster.layers, raster.depth, inner | _contour(raster))


def _contour(raster: Raster) -> np.ndarray:
    """Where labels, materials or trimmings end, and where one part stands before another."""
    layers = raster.layers
    ids = (layers.label.astype(np.int32) * 32 + layers.material) * 2 + (layers.detail == Detail.TRIM)
    head = layers.part < Part.NECK
    ids = np.where(head & (layers.label > 0), 0, ids)
    depth = np.where(np.isfinite(raster.depth), raster.depth, -1e3)
    before = [np.abs(depth - np.roll(depth, 1, axis)) > _CREASE for axis in (1, 0)]
    other = [ids != np.roll(ids, 1, axis) for axis in (1, 0)]
    # inside a head its own contours count; it meets the body in a step of depth
    within = [head & np.roll(head, 1, axis) & (layers.label > 0) & (np.roll(layers.label, 1, axis) > 0)
              for axis in (1, 0)]  # fmt: skip
    return steps(*((b | o) & ~w for b, o, w in zip(before, other, within, strict=True)))


def _draw_skin(raster: Raster, flesh: Body, cut: Cut) -> None:
    def bare(label: str, part: Part, rank: Rank = Rank.BODY) -> Finish:
        return Finish(LABELS.index(label), part, Material.NECK, rank)

    on_trunk(raster, flesh, flesh.trunk, bare("torso_skin", Part.TORSO, Rank.NECK))
    lay(raster, flesh.neck, bare("torso_skin", Part.NECK, Rank.NECK), lambda t: 1.4 * t, 0.36)
    for k, side in ((0, "r"), (1, "l")):
        on_arm(raster, flesh, k, flesh.arms[k], bare(f"{side}_arm", ARMS[k]))
        hand = bare(f"{side}_arm", _HANDS[k])
        lay(raster, flesh.thumbs[k], hand, lambda t: 2 + 0.5 * t, 0.1)
        lay(raster, flesh.hands[k], hand, lambda t: t, 0.25, _fingers)
        on_leg(raster, flesh, k, flesh.legs[k], bare(f"{side}_leg", LEGS[k]), _knee_of(flesh, k))
        lay(raster, flesh.feet[k], bare(f"{side}_leg", _FEET[k]), lambda t: 1.4 * t, 0.28)


def _fingers(p: Patch, cloth: Cloth) -> None:
    across = np.sin(p.theta) * 2
    gaps = np.abs(across - np.round(across)) < 0.1
    cloth.line = 0.45 * gaps * (p.t > 0.55) * (np.abs(across) < 1.6)


def _knee_of(flesh: Body, k: int) -> Cutter:
    knee = flesh.knees[k]

    def line(p: Patch, cloth: Cloth) -> None:
        below = np.abs(p.t - knee - 0.035 + 0.02 * np.cos(2 * p.theta)) < 0.006
        cloth.line = 0.4 * below * (np.abs(p.theta) < 0.7)

    return line


SMALLEST, LARGEST = 32, 1024
_FEATURES = 0.5  # size of the smallest features beside those of a portrait


@dataclass(frozen=True)
class Geometry:
    """What a figure shows, whatever its style.

    labels: (S, S) uint8, of `bodies.LABELS`
    surface: (S, S, 3) float32, (part, u, v) of the surface point seen at each pixel's centre; part
        is a `surfaces.Part`, or one of the portraits' on the head; NaN on the background
    depth: (S, S) float32 towards us in half head heights; -inf on the background
    """

    labels: np.ndarray
    surface: np.ndarray
    depth: np.ndarray


@dataclass(frozen=True)
class Figure(Geometry):
    """A painted figure: a geometry and its image, (S, S, 3) uint8 RGB."""

    image: np.ndarray


def geometry(stance: Stance, cut: Cut, size: int) -> Geometry:
    """Labels, surface and depth of a figure in a picture of size x size pixels."""
    return Geometry(*_seen(scene(stance, cut, size * _samples(size)), _samples(size)))


def render(stance: Stance, cut: Cut, style: Style, size: int) -> Figure:
    """Paint a figure; what is not its image is that of `geometry`."""
    samples = _samples(size)
    found = scene(stance, cut, size * samples)
    fine = found.layers.rank > Rank.BACKGROUND
    image = paint(sketch(found.layers, style, size, samples, found.contour, fine, _FEATURES))
    return Figure(*_seen(found, samples), image)


def _samples(size: int) -> int:
    """Points a side of a pixel: three where that is quick, so that one lies in its centre."""
    if not SMALLEST <= size <= LARGEST:
        raise MatebitError(
            f"A bundled figure is {SMALLEST} to {LARGEST} px a side, not {size}: change the size."
        )
    return 3 if size <= 160 else 2


def _seen(found: Scene, samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centre = np.s_[1::samples, 1::samples]
    layers = found.layers
    part = np.where(layers.part > 0, layers.part, np.nan).astype(np.float32)
    surface = np.stack([part, layers.u, layers.v], -1)[centre]
    return layers.label[centre].copy(), surface.copy(), found.depth[centre].copy()
