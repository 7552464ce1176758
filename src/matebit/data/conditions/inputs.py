"""What an extractor may look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matebit.contracts.bodies import BodyPose
from matebit.contracts.parsing import Parsing
from matebit.io.images import BrokenImage


@dataclass(frozen=True)
class Structure:
    """One image on the way to its condition.

    `origin` names it in messages; `image`: uint8 (S,S,3) RGB, resized bilinearly; `known_parsing`
    and `known_pose`: its labels and parts, and the joints of its body, where they are known.
    """

    origin: str
    image: np.ndarray
    known_parsing: Parsing | None = None
    known_pose: BodyPose | None = None

    @property
    def face_parts(self) -> np.ndarray:
        """Part masks of a face, bool (13,S,S). Raises `BrokenImage` where there is no face's parsing."""
        if self.parsing.parts is None:
            raise BrokenImage(
                f"the labels of {self.origin} are of {self.parsing.label_set.name}, not of a face, which "
                "this condition needs; choose another conditions.kind, or say data.folder.face_labels: true "
                "if they are those of CelebAMask-HQ"
            )
        return self.parsing.parts

    @property
    def parsing(self) -> Parsing:
        """Labels and parts. Raises `BrokenImage` where they are not known."""
        if self.known_parsing is None:
            raise BrokenImage(
                f"{self.origin} has no parsing map, which this condition needs; choose another "
                "conditions.kind or add label maps"
            )
        return self.known_parsing

    @property
    def pose(self) -> BodyPose:
        """The body's joints. Raises `BrokenImage` where they are not known."""
        if self.known_pose is None:
            raise BrokenImage(
                f"{self.origin} has no body keypoints, which this condition needs; choose another "
                "conditions.kind or add keypoint files"
            )
        return self.known_pose
