"""OpenPose's 18 points of a figure, and which of them a detector could see."""

import numpy as np

from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.drawn.figures.cut import Cut
from matebit.drawn.figures.drawing import Stance, geometry
from matebit.drawn.figures.head import head_shape
from matebit.drawn.figures.skeleton import Skeleton, skeleton
from matebit.drawn.figures.surfaces import Part
from matebit.drawn.portraits.face import ear_centre, nose_shift
from matebit.drawn.portraits.pose import lean, to_picture
from matebit.drawn.portraits.shape import Shape

SIZE = 256
"""Side in px of the picture that joints are given for, as in DeepFashion."""
_GRID = 96  # side in px of the picture in which is looked up what hides a joint
_HIDDEN = 0.95  # half head heights of what stands before a joint that is not seen
_AWAY = 1.5  # radians from the front at which an eye is turned out of sight
_LIMBS = {
    "shoulder": ("arms", 0), "elbow": ("arms", 1), "wrist": ("arms", 2),
    "hip": ("legs", 0), "knee": ("legs", 1), "ankle": ("legs", 2),
}  # fmt: skip


def body_pose(stance: Stance, cut: Cut) -> BodyPose:
    """The joints of a figure; absent are those outside the picture, turned away or hidden.

    Their places follow from the stance alone. Clothes never hide a joint (detectors see through
    them); another limb or the head does.
    """
    bones = skeleton(stance.build, stance.pose)
    shape = head_shape(stance.build, stance.pose, None, bones, stance.view)
    places, depth = np.zeros((18, 2)), np.full(18, np.inf)
    seen = np.ones(18, bool)
    for index, joint in enumerate(JOINTS):
        side, _, name = joint.partition("_")
        if joint == "neck":
            places[index], depth[index] = stance.view.project(bones.neck), bones.neck[2]
        elif name in _LIMBS:
            point = _limb_point(bones, name, side)
            places[index], depth[index] = stance.view.project(point), point[2]
        else:
            places[index], seen[index] = _face_point(shape, name or joint, 1 if side == "l" else -1)
    seen &= ((places >= 0) & (places < 1)).all(1)
    seen &= ~_hidden(stance, cut, places, depth, bones)
    return BodyPose((places * SIZE).astype(np.float32), seen, (SIZE, SIZE))


def _limb_point(bones: Skeleton, name: str, side: str) -> np.ndarray:
    limbs, joint = _LIMBS[name]
    return getattr(bones, limbs)[1 if side == "l" else 0, joint]


def _face_point(shape: Shape, name: str, side: int) -> tuple[np.ndarray, bool]:
    """Nose, eye or ear in the picture, and whether it is turned towards us."""
    if name == "nose":
        tip = np.array(shape.nose_y)
        return to_picture(shape, nose_shift(shape, tip), tip), True
    if name == "eye":
        angle = side * np.arcsin(shape.eye_x) + shape.yaw
        return to_picture(shape, np.array(side * shape.eye_x), np.array(shape.eye_y)), abs(angle) < _AWAY
    x, y, before = ear_centre(shape, side)
    x += float(lean(shape, np.array(y)))
    c, s = np.cos(shape.roll), np.sin(shape.roll)
    place = np.array([shape.cx + shape.scale * (c * x - s * y), shape.cy + shape.scale * (s * x + c * y)])
    return place, before or abs(shape.yaw) < 0.3


def _hidden(stance: Stance, cut: Cut, places: np.ndarray, depth: np.ndarray, bones: Skeleton) -> np.ndarray:
    shown = geometry(stance, cut, _GRID)
    pixel = np.clip((places * _GRID).astype(int), 0, _GRID - 1)
    at = (pixel[:, 1], pixel[:, 0])
    part, before = shown.surface[at][:, 0], shown.depth[at]
    # the head has no depth of its own: only arms and hands hide its points
    arms = np.isin(part, [Part.L_ARM, Part.R_ARM, Part.L_HAND, Part.R_HAND])
    face = np.array([joint in {"nose"} or joint.endswith(("eye", "ear")) for joint in JOINTS])
    limb = ~face & (before - depth > _HIDDEN + 0.35 * np.isin(part, [Part.SKIRT, Part.FLAPS, Part.BAG]))
    return limb | (face & arms & (before > bones.head[2]))
