"""A body's keypoints in the order of OpenPose-18."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
