"""Joints of bodies from the files that programs write today: OpenPose, COCO's annotations, mediapipe."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from matebit.contracts.bodies import BodyPose
from matebit.data.sources.landmark_file import read_point_table
from matebit.data.sources.openpose import read_openpose
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage

FORMS = (
    "STEM_keypoints.json or STEM_candidate.txt and STEM_subset.txt of OpenPose, or, for all images, a .json "
    "of COCO's keypoints or a .csv of mediapipe's landmarks"
)

# The place of each joint of ours in a form's list; a pair is the middle of two.
Places = Sequence[int | tuple[int, int]]
_OPENPOSE_25: Places = (0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_OPENPOSE_18: Places = tuple(range(18))
_COCO_17: Places = (0, (5, 6), 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
_MEDIAPIPE: Places = (0, (11, 12), 12, 14, 16, 11, 13, 15, 24, 26, 28, 23, 25, 27, 5, 2, 8, 7)
_MEDIAPIPE_POINTS = 33
_MEDIAPIPE_COLUMNS = ["id", "point", "x", "y", "visibility"]
_LEAST_VISIBILITY = 0.5  # of mediapipe, below which a landmark is a guess
_LEAST_SCORE = 0.05  # of OpenPose, which writes 0 for what it did not find


def _pose(found: np.ndarray, places: Places, size: tuple[int, int], named: str) -> BodyPose:
    """Our joints from rows x, y (px), present (0 or 1) of a form's list, in a picture of `size` px.

    Raises `BrokenImage` where they cannot be the picture's own.
    """
    ends = found[np.array([place if isinstance(place, tuple) else (place, place) for place in places])]
    present = (ends[..., 2] > 0).all(axis=1)
    points = np.where(present[:, None], ends[..., :2].mean(axis=1), 0.0)
    if not present.any():
        raise BrokenImage(f"{named} holds a person without joints; remove the photograph")
    if not np.isfinite(points).all():
        raise BrokenImage(f"{named} holds a number that is not finite; find the joints anew")
    if (points < 0).any() or (points[present] > size).any():
        raise BrokenImage(
            f"{named} has a joint outside the picture of {size[0]} x {size[1]} px; its pose was found at "
            "another size"
        )
    return BodyPose(np.minimum(points, np.array(size) - 1.0), present, size)


def read_openpose_json(path: Path, size: tuple[int, int]) -> BodyPose:
    """The surest person of OpenPose's JSON with 25 or 18 joints. Raises `BrokenImage`."""
    try:
        people = json.loads(path.read_text(encoding="utf-8-sig"))["people"]
        rows = [np.array(person["pose_keypoints_2d"], dtype=np.float64).reshape(-1, 3) for person in people]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BrokenImage(f"{path} is no JSON of OpenPose ({error!r}); replace it") from error
    rows = [person for person in rows if person.any()]
    if not rows:
        raise BrokenImage(f"{path} holds no person; remove the photograph or find its joints anew")
    best = max(rows, key=lambda person: float(np.nan_to_num(person[:, 2]).sum()))
    places = {25: _OPENPOSE_25, 18: _OPENPOSE_18}.get(len(best))
    if places is None:
        raise BrokenImage(f"{path} has {len(best)} joints a person, not the 25 or 18 of OpenPose; replace it")
    best[:, 2] = best[:, 2] >= _LEAST_SCORE
    return _pose(best, places, size, str(path))


class PoseFiles:
    """The joints of a folder's images, by what `data.folder.keypoints` names below `root`."""

    def __init__(self, root: Path, keypoints: str) -> None:
        self._root, self._keypoints = root, keypoints
        self._one_for_all = "{stem}" not in keypoints

    def files(self, inside: str) -> list[Path]:
        """The files that hold an image's joints, whether they are there or not."""
        if self._one_for_all:
            return [self._root / self._keypoints]
        path = PurePosixPath(inside)
        stem = self._root / self._keypoints.format(stem=path.stem, folder=path.parent.as_posix())
        whole = stem.with_name(f"{stem.name}_keypoints.json")
        if whole.is_file():
            return [whole]
        return [stem.with_name(f"{stem.name}_candidate.txt"), stem.with_name(f"{stem.name}_subset.txt")]

    def check(self, inside: str) -> None:
        """Raise `BrokenImage` where an image has no joints."""
        if self._one_for_all:
            self._rows(inside)
            return
        for path in self.files(inside):
            if not path.is_file():
                raise BrokenImage(
                    f"{inside} has no joints: {path} does not exist; add it or remove both (joints are read "
                    f"from {FORMS})"
                )

    def read(self, inside: str, size: tuple[int, int]) -> BodyPose:
        """The image's surest person, in a picture of `size` (width, height) px. Raises `BrokenImage`."""
        if not self._one_for_all:
            files = self.files(inside)
            return (
                read_openpose_json(files[0], size)
                if len(files) == 1
                else read_openpose(files[0], files[1], size)
            )
        rows, named = self._rows(inside), f"{self._root / self._keypoints} ({inside})"
        if self._is_table:
            return _pose(rows * (*size, 1), _MEDIAPIPE, size, named)
        return _pose(rows, _COCO_17, size, named)

    @property
    def _is_table(self) -> bool:
        return self._keypoints.lower().endswith(".csv")

    def _rows(self, inside: str) -> np.ndarray:
        path = PurePosixPath(inside)
        for name in (inside, path.name, path.stem):
            if name in self._table:
                return self._table[name]
        raise BrokenImage(f"{self._root / self._keypoints} holds no person of {inside}; add one or remove it")

    @cached_property
    def _table(self) -> dict[str, np.ndarray]:
        """Rows x, y, present by image; read once for each process. Raises `MatebitError`."""
        path = self._root / self._keypoints
        if not path.is_file():
            raise MatebitError(f"data.folder.keypoints: {path} does not exist; joints are read from {FORMS}")
        return _mediapipe(path) if self._is_table else _coco(path)


def _coco(path: Path) -> dict[str, np.ndarray]:
    """COCO's keypoints: of each image the person with the most joints, the largest of equals."""
    best: dict[Any, tuple[tuple[int, float], np.ndarray]] = {}
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        names = {image["id"]: str(image["file_name"]) for image in content["images"]}
        for person in content["annotations"]:
            if "keypoints" not in person or person.get("iscrowd"):
                continue
            rows = np.array(person["keypoints"], dtype=np.float64).reshape(17, 3)
            rows[:, 2] = rows[:, 2] > 0
            rank = (int(rows[:, 2].sum()), float(person.get("area", 0)))
            image = person["image_id"]
            if rank[0] and (image not in best or rank > best[image][0]):
                best[image] = rank, rows
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MatebitError(
            f"data.folder.keypoints: {path} is no JSON of COCO's keypoints, images and annotations of 17 "
            f"joints ({error!r}); joints are read from {FORMS}"
        ) from error
    return {names[image]: rows for image, (_, rows) in best.items() if image in names}


def _mediapipe(path: Path) -> dict[str, np.ndarray]:
    """mediapipe's 33 landmarks of each image: x, y in parts of width and height."""
    landmarks = read_point_table(
        path, _MEDIAPIPE_COLUMNS, "data.folder.keypoints", "mediapipe's landmarks have"
    )
    found = {}
    for name, numbers in landmarks.items():
        rows = np.zeros((_MEDIAPIPE_POINTS, 3))
        for point, x, y, visibility in numbers:
            # What lies beyond the border is a guess too.
            seen = visibility >= _LEAST_VISIBILITY and 0 <= x <= 1 and 0 <= y <= 1
            if seen and point in range(_MEDIAPIPE_POINTS):
                rows[int(point)] = x, y, 1
        found[name] = rows
    return found
