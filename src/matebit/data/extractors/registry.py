"""The extractors by what they find and by name."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    from matebit.data.body_pose import BodyPose
    from matebit.data.extractors.config import ExtractorsConfig
    from matebit.data.extractors.protocol import Extractor, Record
    from matebit.data.parsing import Parsing

# Module and class, called as `Class(config)`; imported only when the params ask for it.
EXTRACTORS: dict[str, dict[str, tuple[str, str]]] = {
    "parsing": {"bisenet": ("matebit.data.extractors.bisenet", "FaceParser")},
    "pose": {"keypoint_rcnn": ("matebit.data.extractors.keypoint_rcnn", "JointFinder")},
    "landmarks": {"face_alignment": ("matebit.data.extractors.face_alignment", "LandmarkFinder")},
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


def load_landmark_finder(config: ExtractorsConfig, needed_by: str) -> Extractor[np.ndarray]:
    """The finder of landmarks that `config` names, for another purpose, which begins its messages."""
    module, attribute = EXTRACTORS["landmarks"][str(config.landmarks)]
    return getattr(import_module(module), attribute)(config, needed_by)


def load_extractors(config: ExtractorsConfig) -> Extractors:
    """Load what `config` names. Raises `MatebitError` where its weights are absent or do not fit."""
    loaded: dict[str, Any] = {}
    for finds, known in EXTRACTORS.items():
        name = getattr(config, finds)
        if name is not None:
            module, attribute = known[name]
            loaded[finds] = getattr(import_module(module), attribute)(config)
    return Extractors(loaded.get("parsing"), loaded.get("pose"), loaded.get("landmarks"))
