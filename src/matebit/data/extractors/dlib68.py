"""A face's 68 landmarks by dlib: a HOG detector, also of turned heads, and an ensemble of regression trees.

King, 2009; Kazemi and Sullivan, CVPR 2014. The trees' file comes with the package face-recognition-models.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np

from matebit.config.conditions import ExtractorsConfig
from matebit.data.extractors.registry import Record
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.io.images import BrokenImage

POINTS_FILE = "shape_predictor_68_face_landmarks.dat"
SHA256 = "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f"
INSTALL = "`pip install --no-deps dlib-bin face-recognition-models` installs them (extra landmarks-dlib)"

# The detector knows upright heads; the picture is turned for others.
_TURNS = (0, -30, 30, -60, 60)  # degrees
_SEARCHED_SIDE = 512  # px; with one doubling the smallest face that is found has 40 px of these
_DOUBLINGS = 1


def _library(needed_by: str) -> tuple[ModuleType, Path]:
    """dlib, and the file of its trees. Raises `MatebitError` where one is absent or another one."""
    try:
        import dlib
    except ImportError as error:
        raise MatebitError(f"{needed_by} needs dlib, which is not installed ({error}); {INSTALL}") from error
    # Not imported: it would ask for a part of setuptools that is no more.
    found = find_spec("face_recognition_models")
    path = Path(found.origin).parent / "models" / POINTS_FILE if found and found.origin else None
    if path is None or not path.is_file():
        raise MatebitError(f"{needed_by} needs {POINTS_FILE} of face-recognition-models; {INSTALL}")
    if sha256_of_file(path) != SHA256:
        raise MatebitError(f"{needed_by}: {path} is not the file of face-recognition-models 0.3; {INSTALL}")
    return dlib, path


class LandmarkFinder:
    """The points of the largest face, in the order of iBUG 300-W."""

    side = 512

    def __init__(
        self, config: ExtractorsConfig, needed_by: str = "conditions.extractors.landmarks: dlib68"
    ) -> None:
        """`needed_by` begins the sentence that tells of absent packages."""
        self._dlib, path = _library(needed_by)
        self._needed_by = needed_by
        self._detector = self._dlib.get_frontal_face_detector()
        self._points = self._dlib.shape_predictor(str(path))
        self.record = Record(
            "landmarks", "dlib68", f"dlib {self._dlib.__version__}", POINTS_FILE, SHA256,
            "CC0; trained on 300-W, which is for research",
        )  # fmt: skip

    def __call__(self, image: np.ndarray, origin: str) -> np.ndarray:
        """Landmarks (68,2) x, y in parts of the width and height. Raises `BrokenImage` without a face."""
        best_score, best = 0.0, None
        for degrees in _TURNS:
            turned, back = _turned(image, degrees)
            boxes, scores, _ = self._detector.run(turned, _DOUBLINGS, 0.0)
            # Of several faces in one turn the largest; between turns the one that is surest.
            if boxes and max(scores) > best_score:
                best_score, best = max(scores), (turned, back, max(boxes, key=lambda box: box.area()))
        if best is None:
            raise BrokenImage(f"{origin} shows no face that {self._needed_by} finds; remove it")
        turned, back, box = best
        shape = self._points(turned, box)
        places = np.array([(point.x, point.y, 1.0) for point in shape.parts()])
        return places @ back.T / (image.shape[1], image.shape[0])


def _turned(image: np.ndarray, degrees: float) -> tuple[np.ndarray, np.ndarray]:
    """uint8 (H,W,3) shrunk to the searched side and turned, whole; and the map (2,3) back to its px."""
    height, width = image.shape[:2]
    scale = min(1.0, _SEARCHED_SIDE / max(height, width))
    there = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, scale)
    across, down = np.abs(there[:, :2]) @ (width, height)
    there[:, 2] += (across / 2 - width / 2, down / 2 - height / 2)
    # OpenCV's linear filter sees four pixels only: shrunk before it is turned.
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
    from_small = np.column_stack([there[:, :2] / scale, there[:, 2]])
    # Grey beyond its borders: a mirrored face would be found too.
    size = round(across), round(down)
    turned = cv2.warpAffine(small, from_small, size, borderValue=(128, 128, 128))
    return turned, cv2.invertAffineTransform(there)
