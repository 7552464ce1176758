"""The extractors by what they find and by name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from matebit.config.extractors import ExtractorsConfig
    from matebit.contracts.body_pose import BodyPose
    from matebit.contracts.parsing import Parsing
    from matebit.contracts.structure import Record
    from matebit.data.extractors.protocol import Extractor

# Module and class, called as `Class(config)`; imported only when the params ask for it.
EXTRACTORS: dict[str, dict[str, tuple[str, str]]] = {
    "parsing": {"bisenet": ("matebit.data.extractors.bisenet", "FaceParser")},
    "pose": {"keypoint_rcnn": ("matebit.data.extractors.keypoint_rcnn", "JointFinder")},
    "landmarks": {
        "face_alignment": ("matebit.data.extractors.face_alignment", "LandmarkFinder"),
        "dlib68": ("matebit.data.extractors.dlib68", "LandmarkFinder"),
    },
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
    module, attribute = EXTRACTORS[finds][name]
    return getattr(import_module(module), attribute)(config, *needed_by)


def load_extractors(config: ExtractorsConfig) -> Extractors:
    """Load what `config` names. Raises `MatebitError` where its weights are absent or do not fit."""
    return Extractors(**{finds: load_one(finds, config) for finds in EXTRACTORS})
