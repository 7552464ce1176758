"""From a build and a pose to joints in space, and to where a camera sees them.

Camera space: x to the right, y down, z towards us, in half head heights from the pelvis; the
picture is its parallel projection.
"""

from dataclasses import dataclass

import numpy as np

from matebit.drawn.figures.pose import Arm, Build, Leg, Pose
from matebit.drawn.figures.raster import View

_WAIST = 1.15  # height of the waist above the hips' line
_SIDES = (-1, 1)  # right, left


@dataclass(frozen=True)
class Skeleton:
    """Joints (3,) float64 in camera space; arms and legs are (right, left).

    pelvis, chest: (3, 3) frames whose columns are the body's left, down and front
    waist, neck, head: points of the spine; `neck` is between the shoulders
    arms: (2, 4, 3) shoulder, elbow, wrist, finger tips
    legs: (2, 3, 3) hip, knee, ankle
    feet: (2, 3) unit vectors along the feet
    """

    pelvis: np.ndarray
    chest: np.ndarray
    waist: np.ndarray
    neck: np.ndarray
    head: np.ndarray
    arms: np.ndarray
    legs: np.ndarray
    feet: np.ndarray


def skeleton(build: Build, pose: Pose) -> Skeleton:
    """Place every joint."""
    camera = _about_x(pose.from_above)
    facing = camera @ _about_y(pose.yaw)
    pelvis = facing @ _about_z(pose.tilt)
    chest = camera @ _about_y(pose.yaw + pose.twist) @ _about_x(pose.lean) @ _about_z(pose.bend)
    waist = pelvis @ np.array([0, -_WAIST, 0])
    rise = build.torso - _WAIST
    neck = waist + chest @ np.array([0, -rise - 0.12, 0])
    neck_up = chest @ np.array([0, -1, 0.16]) + camera @ np.array([0, -1.0, 0.1])
    head = neck + build.neck * neck_up / np.linalg.norm(neck_up)
    arms, legs, feet = [], [], []
    for side, arm, leg in zip(_SIDES, pose.arms, pose.legs, strict=True):
        shoulder = waist + chest @ np.array([side * build.shoulder, -rise + 0.26, -0.02])
        hip = pelvis @ np.array([side * build.hip, 0, 0])
        target = _target(build, arm, side, pelvis, chest, waist, head, camera)
        arms.append(_arm(build, arm, side, shoulder, chest, target))
        legs.append(_leg(build, leg, side, hip, facing))
        feet.append(facing @ _about_y(side * leg.turn) @ np.array([0, 0.12, 1.0]))
    return Skeleton(pelvis, chest, waist, neck, head, np.stack(arms), np.stack(legs), np.stack(feet))


def _about_x(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, s], [0, -s, c]])


def _about_y(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _about_z(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.linalg.norm(vector)


def _hanging(side: int, out: float, forward: float) -> np.ndarray:
    return np.array([side * np.sin(out), np.cos(out) * np.cos(forward), np.cos(out) * np.sin(forward)])


def _bent(bone: np.ndarray, angle: float, toward: np.ndarray) -> np.ndarray:
    """The direction that makes `angle` with `bone`, on the side of `toward`."""
    return np.cos(angle) * bone + np.sin(angle) * _unit(toward - (toward @ bone) * bone)


def _target(
    build: Build, arm: Arm, side: int, pelvis: np.ndarray, chest: np.ndarray, waist: np.ndarray,
    head: np.ndarray, camera: np.ndarray,
) -> tuple[np.ndarray, np.ndarray] | None:  # fmt: skip
    """Where the wrist goes and to where the elbow points, for an arm that reaches."""
    if arm.reach == "hip":
        wrist = waist + pelvis @ np.array([side * (build.waist + 0.3), 0.35, 0.12])
        return wrist, chest @ np.array([side * 1.0, 0.1, -0.5])
    if arm.reach == "head":
        wrist = head + camera @ np.array([side * 0.98, -0.2, 0.25])
        return wrist, chest @ np.array([side * 1.0, -0.1, 0.1])
    return None


def _arm(
    build: Build, arm: Arm, side: int, shoulder: np.ndarray, chest: np.ndarray,
    target: tuple[np.ndarray, np.ndarray] | None,
) -> np.ndarray:  # fmt: skip
    if target is None:
        first = _hanging(side, arm.out, arm.forward)
        x, y, z = arm.toward
        second = _bent(first, arm.bend, np.array([side * x, y, z]))
        first, second = chest @ first, chest @ second
    else:
        first, second = _reaching(build.upper_arm, build.forearm, target[0] - shoulder, target[1])
    elbow = shoulder + build.upper_arm * first
    wrist = elbow + build.forearm * second
    along = second
    if arm.reach == "hip":  # the hand lies on the hip
        along = _unit(second + chest @ np.array([-0.15 * side, 0.75, 0.35]))
    if arm.reach == "head":
        along = _unit(second + np.array([-0.9 * side, -0.35, -0.1]))
    return np.stack([shoulder, elbow, wrist, wrist + build.hand * along])


def _reaching(a: float, b: float, way: np.ndarray, pole: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Directions of two bones of lengths a and b that end at `way`, bent to the side of `pole`."""
    far = min(float(np.linalg.norm(way)), 0.98 * (a + b))
    axis = _unit(way)
    cosine = (a * a + far * far - b * b) / (2 * a * far)
    first = _bent(axis, float(np.arccos(np.clip(cosine, -1, 1))), pole)
    return first, _unit(far * axis - a * first)


def _leg(build: Build, leg: Leg, side: int, hip: np.ndarray, facing: np.ndarray) -> np.ndarray:
    first = _hanging(side, leg.out, leg.forward)
    second = _bent(first, leg.bend, np.array([0.0, 0.0, -1.0])) if leg.bend else first
    knee = hip + facing @ (build.thigh * first)
    return np.stack([hip, knee, knee + facing @ (build.shin * second)])


_VIEW_STREAM = 15
_CLOSE = 0.2  # share of pictures that end at the knees or thighs, as in DeepFashion


def sample_view(seed: tuple[int, ...], build: Build, pose: Pose) -> View:
    """Draw a camera that has the body in the picture."""
    rng = np.random.default_rng((*seed, _VIEW_STREAM))
    bones = skeleton(build, pose)
    points = np.concatenate([bones.arms.reshape(-1, 3), bones.legs.reshape(-1, 3)])[:, :2]
    low, high = points.min(0), points.max(0)
    low = np.minimum(low, bones.head[:2] - np.array([1.15, 1.45]))
    high = np.maximum(high + np.array([0.4, 0.75]), bones.head[:2] + np.array([1.15, 0]))
    low[0] -= 0.4
    if rng.random() < _CLOSE:
        high[1] = bones.legs[:, 1, 1].max() + rng.uniform(-0.8, 1.2)
    extent = high - low
    scale = float(0.96 / max(extent[1], 1.05 * extent[0]) * rng.uniform(0.8, 1.0))
    room = np.maximum(0.97 - scale * extent, 0.0)
    corner = 0.015 + room * (rng.uniform(0.06, 0.94), rng.uniform(0.1, 0.9))
    cx, cy = corner - scale * low
    return View(float(cx), float(cy), scale)
