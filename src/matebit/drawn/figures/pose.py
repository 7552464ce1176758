"""What a keypoint skeleton shows of a person: the proportions of the body, and how it stands.

Angles are in radians. A limb's first bone hangs down at (0, 0); `out` lifts it to its own side,
`forward` to the front; `bend` is the angle between its two bones.
"""

from dataclasses import dataclass

import numpy as np

from matebit.drawn.portraits.shape import Shape, sample_shape

_BUILD_STREAM = 11  # keeps the draws of one seed tuple apart


@dataclass(frozen=True)
class Build:
    """Lengths in half head heights, between joints unless said otherwise."""

    torso: float  # from the hips' line up to the shoulders'
    thigh: float
    shin: float
    upper_arm: float
    forearm: float
    hand: float
    foot: float
    shoulder: float  # half the distance of the shoulder joints
    hip: float  # half the distance of the hip joints
    neck: float  # from the neck's base to the middle of the head
    chest: float  # half-width of the rib cage
    waist: float  # half-width
    hips: float  # half-width of the flesh
    girth: float  # thickness of limbs and trunk, about 1
    bust: float  # 0 to 1
    face: Shape  # only its head and features are used


def sample_build(seed: tuple[int, ...]) -> Build:
    """Draw a body; the same tuple of integers >= 0 gives the same body."""
    rng = np.random.default_rng((*seed, _BUILD_STREAM))

    def u(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    tall, girth = u(0.93, 1.07), u(0.86, 1.16)
    curvy = u(0.0, 1.0)  # from broad shoulders to broad hips
    shoulder = 1.36 - 0.24 * curvy + u(-0.05, 0.05)
    wide = 0.75 + 0.25 * girth
    return Build(
        torso=3.35 * (0.5 + 0.5 * tall) + u(-0.12, 0.12),
        thigh=3.25 * tall + u(-0.1, 0.1),
        shin=3.1 * tall + u(-0.1, 0.1),
        upper_arm=2.12 * (0.4 + 0.6 * tall) + u(-0.06, 0.06),
        forearm=1.86 * (0.4 + 0.6 * tall) + u(-0.06, 0.06),
        hand=u(0.94, 1.06),
        foot=u(1.0, 1.16),
        shoulder=shoulder,
        hip=u(0.58, 0.68),
        neck=u(1.42, 1.56),
        chest=(1.16 - 0.16 * curvy) * wide,
        waist=(0.98 - 0.22 * curvy) * wide + 0.25 * max(0.0, girth - 1.05),
        hips=(1.0 + 0.17 * curvy) * wide,
        girth=girth,
        bust=max(0.0, curvy - 0.45) * 1.8 * u(0.5, 1.0),
        face=sample_shape((*seed, _BUILD_STREAM)),
    )


ATTITUDES = (
    "stand", "relaxed", "walk", "hands_on_hips", "hand_on_hip", "arms_up", "wave", "open_arms",
    "hand_at_head", "hands_together", "lunge", "seated",
)  # fmt: skip
_POSE_STREAM = 12


@dataclass(frozen=True)
class Arm:
    """An arm; `toward` (x to the own side, y down, z to the front) is where the elbow bends to.

    `reach` puts the hand at the "hip" or beside the "head" instead, wherever the build has it.
    """

    out: float
    forward: float
    bend: float
    toward: tuple[float, float, float] = (-0.3, -0.2, 1.0)
    reach: str = ""


@dataclass(frozen=True)
class Leg:
    """A leg; `turn` is how far the foot points outwards."""

    out: float
    forward: float
    bend: float
    turn: float = 0.3


@dataclass(frozen=True)
class Pose:
    """Joint angles; arms and legs are (right, left). Positive yaw turns to the picture's right."""

    attitude: str  # of ATTITUDES
    yaw: float  # of the pelvis
    twist: float  # of the chest against the pelvis
    lean: float  # forward
    bend: float  # of the chest, to the left of the body
    tilt: float  # of the pelvis: the left hip lower
    head_yaw: float  # towards us, not against the body
    head_roll: float
    head_pitch: float
    arms: tuple[Arm, Arm]
    legs: tuple[Leg, Leg]
    from_above: float  # how far the camera looks down


def sample_pose(seed: tuple[int, ...], attitude: str | None = None) -> Pose:
    """Draw a pose; the same tuple of integers >= 0 gives the same pose."""
    rng = np.random.default_rng((*seed, _POSE_STREAM))

    def u(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    drawn = str(rng.choice(ATTITUDES))
    attitude = attitude or drawn
    yaw = float(rng.choice([u(-0.25, 0.25), u(0.35, 0.85), u(-0.85, -0.35)]))
    side = int(rng.integers(2))  # which limb acts: 0 the right one, 1 the left one
    tilt = u(-0.04, 0.04)
    arms = [Arm(u(0.1, 0.24), u(-0.08, 0.12), u(0.12, 0.4)) for _ in range(2)]
    legs = [Leg(u(0.02, 0.12), u(-0.03, 0.04), u(0.0, 0.06), u(0.15, 0.45)) for _ in range(2)]
    lean = u(-0.06, 0.05)
    if attitude == "relaxed":
        tilt = (0.13 if side else -0.13) * u(0.7, 1.2)
        legs[side] = Leg(u(0.08, 0.2), u(0.18, 0.3), u(0.3, 0.5), u(0.3, 0.6))
    elif attitude in {"walk", "lunge"}:
        far = u(0.32, 0.5) if attitude == "walk" else u(0.5, 0.7)
        legs[side] = Leg(u(0.0, 0.06), far, u(0.05, 0.25) * (1 + (attitude == "lunge")), 0.1)
        legs[1 - side] = Leg(u(0.0, 0.06), -u(0.28, 0.42), u(0.25, 0.5), 0.1)
        arms[side] = Arm(u(0.1, 0.22), -u(0.3, 0.55), u(0.15, 0.5))
        arms[1 - side] = Arm(u(0.08, 0.2), u(0.3, 0.6), u(0.3, 0.9))
        lean = u(0.0, 0.1)
        yaw = float(rng.choice([-1, 1])) * u(0.3, 0.95)
    elif attitude == "hands_on_hips":
        arms = [Arm(0, 0, 0, reach="hip")] * 2
        legs = [Leg(u(0.1, 0.25), 0.0, 0.02, u(0.3, 0.5)) for _ in range(2)]
    elif attitude == "hand_on_hip":
        arms[side] = Arm(0, 0, 0, reach="hip")
        tilt = (-0.12 if side else 0.12) * u(0.7, 1.2)
        legs[1 - side] = Leg(u(0.1, 0.2), u(0.15, 0.28), u(0.28, 0.45), u(0.3, 0.6))
    elif attitude == "arms_up":
        arms = [Arm(u(2.3, 2.8), u(0.0, 0.3), u(0.2, 0.9), (-0.8, -0.6, 0.2)) for _ in range(2)]
        legs = [Leg(u(0.08, 0.28), 0.0, 0.03, u(0.3, 0.5)) for _ in range(2)]
    elif attitude == "wave":
        arms[side] = Arm(u(1.3, 1.9), u(0.0, 0.3), u(1.0, 1.7), (0.05, -1.0, 0.2))
    elif attitude == "open_arms":
        arms = [Arm(u(0.8, 1.45), u(-0.1, 0.3), u(0.1, 0.5), (0.2, -0.6, 0.8)) for _ in range(2)]
        legs = [Leg(u(0.1, 0.25), 0.0, 0.03, u(0.3, 0.5)) for _ in range(2)]
    elif attitude == "hand_at_head":
        arms[side] = Arm(0, 0, 0, reach="head")
        tilt = (0.1 if side else -0.1) * u(0.5, 1.2)
    elif attitude == "hands_together":
        arms = [Arm(u(0.16, 0.26), u(0.15, 0.3), u(0.95, 1.2), (-1.0, 0.1, 0.75)) for _ in range(2)]
    elif attitude == "seated":
        open_by = u(0.12, 0.3)
        legs = [Leg(open_by, u(1.2, 1.42), u(1.15, 1.5), u(0.1, 0.3)) for _ in range(2)]
        arms = [Arm(u(0.08, 0.2), u(0.25, 0.5), u(0.5, 0.9), (-0.15, -0.1, 1.0)) for _ in range(2)]
        yaw = float(rng.choice([-1, 1])) * u(0.55, 0.95)
        lean = u(-0.05, 0.1)
    return Pose(
        attitude=attitude,
        yaw=yaw,
        twist=u(-0.18, 0.18),
        lean=lean,
        bend=-0.9 * tilt + u(-0.05, 0.05),
        tilt=tilt,
        head_yaw=float(np.clip(0.65 * yaw + u(-0.3, 0.3), -0.62, 0.62)),
        head_roll=u(-0.16, 0.16) + 0.4 * tilt,
        head_pitch=u(-0.1, 0.12),
        arms=(arms[0], arms[1]),
        legs=(legs[0], legs[1]),
        from_above=u(0.06, 0.2),
    )
