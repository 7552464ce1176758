"""Bodies: the labels of their parts, and the joints of a pose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matebit.contracts.parsing import LabelSet

JOINTS = (
    "nose", "neck", "r_shoulder", "r_elbow", "r_wrist", "l_shoulder", "l_elbow", "l_wrist",
    "r_hip", "r_knee", "r_ankle", "l_hip", "l_knee", "l_ankle", "r_eye", "l_eye", "r_ear", "l_ear",
)  # fmt: skip


@dataclass(frozen=True)
class BodyPose:
    """One person: `points` float (18,2), x and y in px of a picture of `size` = (width, height) px.

    `present` bool (18,): a joint that was not found has no place, whatever its row says.
    """

    points: np.ndarray
    present: np.ndarray
    size: tuple[int, int]


LABELS = (
    "background", "hat", "hair", "glove", "sunglasses", "upper_clothes", "dress", "coat", "socks",
    "trousers", "torso_skin", "scarf", "skirt", "face", "l_arm", "r_arm", "l_leg", "r_leg", "l_shoe",
    "r_shoe", "bag", "belt",
)  # fmt: skip
"""Names by label: 0 to 19 are those of CIHP (Gong et al., 2018), in its order; bag and belt follow."""

PALETTE = (
    0, 0, 0, 128, 0, 0, 255, 0, 0, 0, 85, 0, 170, 0, 51, 255, 85, 0, 0, 0, 85, 0, 119, 221,
    85, 85, 0, 0, 85, 85, 85, 51, 0, 52, 86, 128, 0, 128, 0, 0, 0, 255, 51, 170, 221,
    0, 255, 255, 85, 255, 170, 170, 255, 85, 255, 255, 0, 255, 170, 0, 255, 0, 170, 170, 0, 255,
)  # fmt: skip
"""Colours of the labels, flat RGB: those in which CIHP's label maps are usually shown, and two more."""

LABEL_SET = LabelSet("body", LABELS, PALETTE)
