"""The pose condition of CoCosNet and MATEBIT: a drawn skeleton and the distances to its limbs."""

from __future__ import annotations

import math

import cv2
import numpy as np

from matebit.config.data import ConditionsConfig
from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.data.conditions.distances import distance_map
from matebit.data.conditions.inputs import Structure
from matebit.io.images import resize_nearest

LIMBS = (
    ("neck", "r_shoulder"), ("neck", "l_shoulder"), ("r_shoulder", "r_elbow"), ("r_elbow", "r_wrist"),
    ("l_shoulder", "l_elbow"), ("l_elbow", "l_wrist"), ("neck", "r_hip"), ("r_hip", "r_knee"),
    ("r_knee", "r_ankle"), ("neck", "l_hip"), ("l_hip", "l_knee"), ("l_knee", "l_ankle"),
    ("neck", "nose"), ("nose", "r_eye"), ("r_eye", "r_ear"), ("nose", "l_eye"), ("l_eye", "l_ear"),
)  # fmt: skip
"""The limbs of channels 3 to 19, in the order in which OpenPose draws them."""

# OpenPose's colours, red first, of joints and of limbs by number.
COLOURS = (
    (0, 0, 255), (0, 85, 255), (0, 170, 255), (0, 255, 255), (0, 255, 170), (0, 255, 85), (0, 255, 0),
    (85, 255, 0), (170, 255, 0), (255, 255, 0), (255, 170, 0), (255, 85, 0), (255, 0, 0), (255, 0, 85),
    (255, 0, 170), (255, 0, 255), (170, 0, 255), (85, 0, 255),
)  # fmt: skip

_RADIUS = 4  # of a joint, and half the width of a limb, in px of the original
_SHOWS_THROUGH = 0.4  # share of what was drawn before under a limb


def _limb_outline(start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """The polygon of the ellipse that stands for a limb, int32 (N,2); coordinates are cut, as released."""
    across, down = start - end
    middle = (start + end) / 2
    axes = (int(math.hypot(across, down) / 2), _RADIUS)
    angle = int(math.degrees(math.atan2(down, across)))
    corners = cv2.ellipse2Poly((int(middle[0]), int(middle[1])), axes, angle, 0, 360, 1)
    return np.asarray(corners, dtype=np.int32)


def _outlines(pose: BodyPose) -> list[np.ndarray | None]:
    """The polygon of each of `LIMBS`; None where one of its joints was not found."""
    ends = [[JOINTS.index(name) for name in limb] for limb in LIMBS]
    return [_limb_outline(*pose.points[end]) if pose.present[end].all() else None for end in ends]


def draw_skeleton(pose: BodyPose) -> np.ndarray:
    """The skeleton as OpenPose draws it, uint8 (H,W,3) RGB on black, at the size of the pose's picture."""
    width, height = pose.size
    canvas: np.ndarray = np.zeros((height, width, 3), dtype=np.uint8)
    for (x, y), colour in zip(pose.points[pose.present], np.array(COLOURS)[pose.present], strict=True):
        cv2.circle(canvas, (int(x), int(y)), _RADIUS, colour.tolist(), thickness=-1)
    for outline, colour in zip(_outlines(pose), COLOURS, strict=False):
        if outline is not None:
            covered = cv2.fillConvexPoly(canvas.copy(), outline, colour)
            canvas = cv2.addWeighted(canvas, _SHOWS_THROUGH, covered, 1 - _SHOWS_THROUGH, 0)
    return canvas


def pose_condition(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """The 20 channels, uint8 (20,S,S).

    0 to 2: the skeleton in RGB; 3 to 19: distance to each of `LIMBS`, a limb with a missing joint
    being 255. All are drawn at the size of the pose's picture and then resized nearest, as released:
    lines are thinner where the original was larger.
    """
    pose, size = structure.pose, structure.image.shape[0]
    width, height = pose.size
    planes = list(cv2.split(draw_skeleton(pose)))
    for outline in _outlines(pose):
        limb = np.zeros((height, width), dtype=np.uint8)
        planes.append(distance_map(limb if outline is None else cv2.fillConvexPoly(limb, outline, 1)))
    return np.stack([resize_nearest(plane, size) for plane in planes])
