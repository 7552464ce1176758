"""What every extractor is, and the extractors by what they find and by name."""

from __future__ import annotations

from dataclasses import dataclass
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from matebit.config.choices import Choices
from matebit.contracts.structure import Record

if TYPE_CHECKING:
    from matebit.config.conditions import ExtractorsConfig
    from matebit.contracts.bodies import BodyPose
    from matebit.contracts.parsing import Parsing


Found = TypeVar("Found", covariant=True)


class Extractor(Protocol[Found]):
    """Finds one thing in one image, always the same in the same image."""

    record: Record

    side: int | None
    """Side in px of the picture that it wants; None: that of the condition."""

    def __call__(self, image: np.ndarray, origin: str) -> Found:
        """What is found in uint8 (S,S,3) RGB; `origin` names the image in messages.

        Raises `BrokenImage` where there is nothing of the kind.
        """
        ...


# Called as `Class(config)`.
EXTRACTORS: dict[str, Choices[str]] = {
    "parsing": Choices({"bisenet": "matebit.data.extractors.bisenet:FaceParser"}),
    "pose": Choices({"keypoint_rcnn": "matebit.data.extractors.keypoint_rcnn:JointFinder"}),
    "landmarks": Choices(
        {
            "face_alignment": "matebit.data.extractors.face_alignment:LandmarkFinder",
            "dlib68": "matebit.data.extractors.dlib68:LandmarkFinder",
        }
    ),
}


@dataclass(frozen=True)
class Extractors:
    """The extractors that the params ask for."""

    parsing: Extractor[Parsing] | None
    pose: Extractor[BodyPose] | None
    landmarks: Extractor[np.ndarray] | None

    @property
    def records(self) -> list[Record]:
        """What is recorded of each, by what it finds."""
        every = (self.parsing, self.pose, self.landmarks)
        return [extractor.record for extractor in every if extractor is not None]


def load_one(finds: str, config: ExtractorsConfig, *needed_by: str) -> Any:
    """The one that finds `finds`, a key of `EXTRACTORS`; None where `config` names none.

    `needed_by` begins the messages of a finder of landmarks, where it is not the conditions that need it.
    Raises `MatebitError` where its weights are absent or do not fit.
    """
    name = getattr(config, finds)
    if name is None:
        return None
    return resolve_name(EXTRACTORS[finds][name])(config, *needed_by)


def load_extractors(config: ExtractorsConfig) -> Extractors:
    """Load what `config` names. Raises `MatebitError` where its weights are absent or do not fit."""
    return Extractors(**{finds: load_one(finds, config) for finds in EXTRACTORS})
