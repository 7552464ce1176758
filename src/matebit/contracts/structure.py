"""Tables beside the indexes of `data` and `conditions`: alignments, joints, landmarks, extractors."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from matebit.contracts.bodies import JOINTS, BodyPose
from matebit.io.tables import read_table
from matebit.pipeline.layout import Layout

REJECTED_COLUMNS = ["id", "file", "reason"]
ALIGNMENT_NUMBERS = ["a", "b", "c", "d", "e", "f"]
ALIGNMENT_COLUMNS = ["id", *ALIGNMENT_NUMBERS, "landmarks"]
LANDMARK_COLUMNS = ["id", "point", "x", "y"]
KEYPOINT_COLUMNS = ["id", "joint", "x", "y"]


@dataclass(frozen=True)
class Record:
    """Where an extractor's results come from: a row of `conditions/extractors.csv`.

    `weights` is the name of the file and `weights_sha256` the digest of the one that was really read.
    """

    finds: str
    extractor: str
    version: str
    weights: str
    weights_sha256: str
    licence: str

    @property
    def label(self) -> str:
        """How tables name the network and its weights."""
        return f"{self.extractor}, weights sha256 {self.weights_sha256[:12]}"


EXTRACTOR_COLUMNS = [field.name for field in fields(Record)]


def read_joints(layout: Layout) -> dict[str, BodyPose]:
    """The joints of `conditions/keypoints.csv` by item, as parts of width and height."""
    table = read_table(layout.conditions / "keypoints.csv", KEYPOINT_COLUMNS, numbers=["x", "y"])
    poses: dict[str, BodyPose] = {}
    for row in table.itertuples():
        if row.id not in poses:
            poses[row.id] = BodyPose(np.zeros((len(JOINTS), 2)), np.zeros(len(JOINTS), dtype=bool), (1, 1))
        place = JOINTS.index(row.joint)
        poses[row.id].points[place], poses[row.id].present[place] = (row.x, row.y), True
    return poses
