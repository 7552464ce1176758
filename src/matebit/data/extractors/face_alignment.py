"""A face's 68 landmarks by the library face-alignment: S3FD finds faces, 2D-FAN-4 their points."""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from torch import nn

from matebit.config.conditions import ExtractorsConfig
from matebit.contracts.structure import Record
from matebit.data.extractors.state import extracting, load_weights
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.io.images import BrokenImage
from matebit.weights.location import required

DETECTOR, NETWORK = "s3fd-619a316812.pth", "2DFAN4-11f355bf06.pth.tar"
# Another version may read other files, and would fetch them itself.
VERSION = "1.5"


def _library(needed_by: str) -> ModuleType:
    try:
        import face_alignment
    except ImportError as error:
        raise MatebitError(
            f"{needed_by} needs the package face-alignment {VERSION}, which is not installed ({error}); "
            "docs/conditions.md says how to install it"
        ) from error
    if not face_alignment.__version__.startswith(f"{VERSION}."):
        raise MatebitError(
            f"{needed_by} needs the package face-alignment {VERSION}, but {face_alignment.__version__} is "
            "installed; docs/conditions.md says how to install it"
        )
    return face_alignment


def _finder(library: ModuleType, detector: Path, network: Path) -> Any:
    """The library's finder with both networks from our files: left to itself it would download them."""

    class FromFiles(library.FaceAlignment):  # type: ignore[name-defined, misc]
        def _load_native(self, network_name: str, network_size: int, device: str, dtype: Any) -> nn.Module:
            points = library.models.FAN(network_size)
            load_weights(points, network)
            return points

    try:
        return FromFiles(
            library.LandmarksType.TWO_D,
            device="cpu",
            flip_input=True,
            face_detector="sfd",
            face_detector_kwargs={"path_to_detector": str(detector)},
            compile=False,
        )
    except MatebitError:
        raise
    except Exception as error:  # torch raises many kinds
        raise MatebitError(f"{detector} cannot be read as the weights of S3FD; get the file anew") from error


class LandmarkFinder:
    """The points of the largest face, in the order of iBUG 300-W."""

    side = 512

    def __init__(
        self,
        config: ExtractorsConfig,
        needed_by: str = "conditions.extractors.landmarks: face_alignment",
    ) -> None:
        """`needed_by` begins the sentence that tells of an absent package or absent weights."""
        detector, network = required("face-detector", needed_by), required("face-landmarks", needed_by)
        library = _library(needed_by)
        self._needed_by = needed_by
        self._finder = _finder(library, detector, network)
        self.record = Record(
            "landmarks", "face_alignment", f"face-alignment {library.__version__}", f"{NETWORK} {DETECTOR}",
            f"{sha256_of_file(network)} {sha256_of_file(detector)}", "BSD-3-Clause",
        )  # fmt: skip

    def __call__(self, image: np.ndarray, origin: str) -> np.ndarray:
        """Landmarks (68,2) x, y in parts of the width and height. Raises `BrokenImage` without a face."""
        with warnings.catch_warnings(), extracting():
            # What the library warns of, that there is no face, is said below.
            warnings.simplefilter("ignore")
            faces, _, boxes = self._finder.get_landmarks_from_image(image, return_bboxes=True)
        if not faces:
            raise BrokenImage(f"{origin} shows no face that {self._needed_by} finds; remove it")
        areas = [(right - left) * (bottom - top) for left, top, right, bottom, *_ in boxes]
        largest = np.asarray(faces[int(np.argmax(areas))], dtype=np.float64)
        return largest / (image.shape[1], image.shape[0])
