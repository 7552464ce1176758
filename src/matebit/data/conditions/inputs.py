"""What an extractor may look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matebit.data.body_pose import BodyPose
from matebit.data.faces import FaceParsing, LabelMap
from matebit.io.images import BrokenImage


@dataclass(frozen=True)
class Structure:
    """One image on the way to its condition.

    `origin` names it in messages; `image`: uint8 (S,S,3) RGB, resized bilinearly; `known_parsing`
    and `known_pose`: its labels and parts, and the joints of its body, where they are known.
    """

    origin: str
    image: np.ndarray
    known_parsing: LabelMap | None = None
    known_pose: BodyPose | None = None

    @property
    def label_map(self) -> LabelMap:
        """Classes of any scene. Raises `BrokenImage` where they are not known."""
        if self.known_parsing is None:
            raise BrokenImage(
                f"{self.origin} has no parsing map, which this condition needs; choose another "
                "conditions.kind or add label maps"
            )
        return self.known_parsing

    @property
    def parsing(self) -> FaceParsing:
        """Labels and parts of a face. Raises `BrokenImage` where they are not known."""
        if not isinstance(self.label_map, FaceParsing):
            raise BrokenImage(
                f"the label map of {self.origin} is not one of a face, which this condition needs; choose "
                "conditions.kind: labels, or say data.folder.face_labels: true if its labels are those of "
                "CelebAMask-HQ"
            )
        return self.label_map

    @property
    def pose(self) -> BodyPose:
        """The body's joints. Raises `BrokenImage` where they are not known."""
        if self.known_pose is None:
            raise BrokenImage(
                f"{self.origin} has no body keypoints, which this condition needs; choose another "
                "conditions.kind or add keypoint files"
            )
        return self.known_pose
