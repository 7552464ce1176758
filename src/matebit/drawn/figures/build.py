"""The proportions of a body: what a keypoint skeleton shows of a person."""

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
