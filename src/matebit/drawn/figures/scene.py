"""A whole figure on a raster: body, clothes, head, what is carried, what it stands on."""

from dataclasses import dataclass

import numpy as np

from matebit.contracts.bodies import LABELS
from matebit.drawn.drawing.layers import Layers
from matebit.drawn.drawing.materials import Detail, Material, Rank
from matebit.drawn.drawing.sketch import steps
from matebit.drawn.figures.anatomy import Body, body
from matebit.drawn.figures.build import Build
from matebit.drawn.figures.cut import Cut
from matebit.drawn.figures.garments import ARMS, LEGS, dress
from matebit.drawn.figures.head import draw_head, head_shape
from matebit.drawn.figures.labels import Part
from matebit.drawn.figures.pose import Pose
from matebit.drawn.figures.props import draw_bag, draw_stool, ground_shade
from matebit.drawn.figures.raster import Cloth, Finish, Raster, View
from matebit.drawn.figures.skeleton import skeleton
from matebit.drawn.figures.surfaces import Cutter, Patch, lay, on_arm, on_leg, on_trunk

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
