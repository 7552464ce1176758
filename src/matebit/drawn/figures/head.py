"""The head: drawn by the code of the portraits, at its place on the body."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from matebit.contracts.bodies import LABELS
from matebit.drawn.drawing.layers import Layers
from matebit.drawn.drawing.sketch import part_borders
from matebit.drawn.drawing.texture import smoothstep
from matebit.drawn.figures.cut import Cut
from matebit.drawn.figures.pose import Build, Pose
from matebit.drawn.figures.raster import Raster, View
from matebit.drawn.figures.skeleton import Skeleton
from matebit.drawn.portraits import face, hair
from matebit.drawn.portraits.drawing import draw_front
from matebit.drawn.portraits.labels import Label
from matebit.drawn.portraits.pose import Frame, frame
from matebit.drawn.portraits.shape import Shape

_REACH = 2.9  # of the window around a head, in half head heights
_FACE = (
    Label.SKIN, Label.NOSE, Label.L_EYE, Label.R_EYE, Label.L_BROW, Label.R_BROW, Label.L_EAR,
    Label.R_EAR, Label.MOUTH, Label.U_LIP, Label.L_LIP, Label.EAR_R, Label.EYE_G,
)  # fmt: skip
_FEATURES = (
    Label.NOSE, Label.L_EYE, Label.R_EYE, Label.L_BROW, Label.R_BROW, Label.MOUTH, Label.U_LIP,
    Label.L_LIP,
)  # fmt: skip


def head_shape(build: Build, pose: Pose, cut: Cut | None, bones: Skeleton, view: View) -> Shape:
    """The portrait's shape of this head; without `cut`, its bare features alone."""
    x, y = view.project(bones.head)
    worn: dict[str, Any] = {} if cut is None else {
        "hair": cut.hair, "hat": cut.hat, "hat_tilt": cut.hat_tilt, "glasses": cut.glasses,
        "beard": cut.beard, "earrings": cut.earrings,
    }  # fmt: skip
    return replace(
        build.face, cx=float(x), cy=float(y), scale=view.scale, yaw=pose.head_yaw, roll=pose.head_roll,
        pitch=pose.head_pitch, **worn,
    )  # fmt: skip


@dataclass(frozen=True)
class _Window:
    """A square piece of the picture around the head."""

    rows: slice
    columns: slice


def draw_head(raster: Raster, shape: Shape, depth: float) -> np.ndarray:
    """Put the head on the raster, at `depth` towards us; returns its inner contours (n, n) bool."""
    n = raster.layers.label.shape[0]
    window = _window(shape, n)
    contour = np.zeros((n, n), bool)
    if window.rows.start >= window.rows.stop or window.columns.start >= window.columns.stop:
        return contour
    f = frame(shape, n, 1, (window.rows, window.columns))
    cap = hair.cap(shape, f)
    back, front = Layers(*f.x.shape), Layers(*f.x.shape)
    hair.draw_back(back, shape, f, cap)
    draw_front(front, shape, f, cap)
    for layers, at in ((back, np.full_like(f.y, depth - 1.1)), (front, depth + _relief(f, front))):
        # features this small are painted, not outlined
        layers.part[np.isin(layers.part, _FEATURES)] = Label.SKIN
        layers.lines *= 0.6
        inner = part_borders(layers)
        _to_body(layers, shape, f)
        seen = _merge(raster, layers, at, window)
        contour[window.rows, window.columns] |= inner & seen
    return contour


def _window(shape: Shape, n: int) -> _Window:
    reach = _REACH * shape.scale
    spans = []
    for middle in (shape.cy, shape.cx):
        low, high = int((middle - reach) * n), int((middle + reach) * n) + 1
        spans.append(slice(min(max(low, 0), n), min(max(high, 0), n)))
    return _Window(*spans)


def _relief(f: Frame, front: Layers) -> np.ndarray:
    """How far what is seen stands before the head's middle: hair falls over the shoulders."""
    return 0.35 + 0.75 * smoothstep(0.8, 1.5, f.y) * (front.label == Label.HAIR)


def _to_body(layers: Layers, shape: Shape, f: Frame) -> None:
    """Labels of a body in place of a face's; all of the face is one surface."""
    table = np.zeros(32, np.uint8)
    table[list(_FACE)] = LABELS.index("face")
    table[Label.HAIR] = LABELS.index("hair")
    table[Label.HAT] = LABELS.index("hat")
    table[Label.EYE_G] = LABELS.index("sunglasses" if shape.glasses == "tinted" else "face")
    features = np.isin(layers.part, _FACE)
    u, v = face.skin_coordinates(shape, f)
    layers.u[features], layers.v[features] = u[features], v[features]
    layers.part[features] = Label.SKIN
    layers.label = table[layers.label]


def _merge(raster: Raster, layers: Layers, depth: np.ndarray, window: _Window) -> np.ndarray:
    to, at = raster.layers, (window.rows, window.columns)
    seen = (layers.material > 0) & (depth > raster.depth[at])
    for name in ("label", "material", "part", "detail", "rank", "u", "v", "nx", "ny", "strand",
                 "lines", "cheek"):  # fmt: skip
        getattr(to, name)[at][seen] = getattr(layers, name)[seen]
    raster.depth[at][seen] = depth[seen]
    return seen
