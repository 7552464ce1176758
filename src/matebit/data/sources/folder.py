"""A plain folder of images, with label maps or part masks where it has them."""

from __future__ import annotations

import hashlib
import logging
import re
import unicodedata
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np

from matebit.config.data import DataConfig
from matebit.contracts.bodies import BodyPose
from matebit.contracts.faces import LABELS
from matebit.contracts.parsing import CLASSES, Parsing
from matebit.data.alignment import Alignment, alignment_of, labels_in
from matebit.data.sources.base import Item, Split
from matebit.data.sources.files import (
    Resample,
    dataset_root,
    file_stamp,
    read_resized,
    resize_image,
    upright_size,
)
from matebit.data.sources.label_files import (
    check_section,
    face_of_labels,
    face_of_part_masks,
    read_labels,
)
from matebit.data.sources.landmark_file import checked_points, read_landmarks
from matebit.data.sources.listing import check_halves, fixed_part, picture_half, pictures_below
from matebit.data.sources.lists import has_lists, listed_splits
from matebit.data.sources.metfaces import check_md5, read_checksums
from matebit.data.sources.pose_files import PoseFiles
from matebit.errors import MatebitError
from matebit.io.files import bounded_name
from matebit.io.images import BrokenImage, read_rgb
from matebit.io.picture_files import LeftOut

logger = logging.getLogger("matebit")


def _id_of_path(path: PurePosixPath) -> str:
    """A path without suffix as one word that can name a file; letters of any script stay."""
    words = unicodedata.normalize("NFC", path.with_suffix("").as_posix()).replace("/", "-")
    return bounded_name(re.sub(r"[^\w.-]", "_", words))


def _place(name: str) -> int:
    """Where a digest puts a name among 2**64."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8])


class FolderSource:
    """The images that `data.folder.images` finds; hidden files are left out.

    An image is called by its path below the fixed part of its pattern: `photos/*.jpg` calls
    `photos/me.jpg` `me`, and `**/*` calls it `photos-me`.
    """

    drawn = False
    truth = None

    def __init__(self, config: DataConfig, seed: int) -> None:
        self._config, self._folder = config, config.folder
        self._root = dataset_root(config)
        keypoints = config.folder.keypoints
        self._poses = PoseFiles(self._root, keypoints) if keypoints else None
        self._left_out = LeftOut()

    @cached_property
    def _files(self) -> dict[str, str]:
        """Path below the root by id; listed once for each process."""
        found: dict[str, str] = {}
        for pattern in self._folder.images:
            fixed = fixed_part(pattern)
            for inside in pictures_below(self._root, pattern, self._left_out):
                found[str(inside)] = _id_of_path(inside.relative_to(fixed))
        # A wide pattern finds the label maps too.
        maps = {path for name in found for path in self._label_files(name).values()}
        files: dict[str, str] = {}
        for name, id in found.items():
            if self._root / name in maps:
                continue
            if files.setdefault(id, name) != name:
                raise MatebitError(
                    f"{files[id]} and {name} below {self._root} would both be called {id}; rename one, or "
                    "narrow data.folder.images"
                )
        return files

    @cached_property
    def _ids(self) -> dict[str, str]:
        """Ids by every name that a list may use: path, path or name without suffix, file name."""
        short: dict[str, set[str]] = {}
        for id, inside in self._files.items():
            path = PurePosixPath(inside)
            for name in (path.name, path.stem):
                short.setdefault(name, set()).add(id)
        ids = {name: next(iter(owners)) for name, owners in short.items() if len(owners) == 1}
        for id, inside in self._files.items():
            ids |= {id: id, inside: id, str(PurePosixPath(inside).with_suffix("")): id}
        return ids

    @cached_property
    def _md5(self) -> dict[str, str]:
        name = self._folder.checksums
        return read_checksums(self._root / name) if name else {}

    @cached_property
    def _landmarks(self) -> dict[str, np.ndarray]:
        name = self._folder.landmarks
        found = read_landmarks(self._root / name) if name else {}
        return {self.id_of(called): rows for called, rows in found.items()}

    def items(self) -> list[Item]:
        """Every image of the folder or of its lists, sorted by id."""
        files = self._files
        if not files:
            raise MatebitError(
                f"data.root: {self._root} has no image that fits data.folder.images: "
                f"{', '.join(self._folder.images)}{self._left_out.said()}"
            )
        if self._left_out:
            logger.warning("%s: %s", self._root, self._left_out)
        held_out = self._folder.test_folders
        if held_out and not any(self._lies_in(inside, held_out) for inside in files.values()):
            raise MatebitError(
                f"data.folder.test_folders: {', '.join(held_out)}, but no image lies in such a folder "
                f"below {self._root}; correct it, or data.folder.images"
            )
        if has_lists(self._config, self._root):
            splits = listed_splits(self._config, self._root, list(files), self.id_of)
        else:
            splits = self._own_splits(list(files))
        return [Item(id, splits[id], files.get(id, id), group=self._group(id)) for id in sorted(splits)]

    def id_of(self, name: str) -> str:
        """The id of the image that a list calls by its path, its name, or either without suffix."""
        return (
            self._ids.get(name) or self._ids.get(PurePosixPath(name).name) or _id_of_path(PurePosixPath(name))
        )

    def _group(self, id: str) -> str:
        found = re.search(self._folder.group, id) if self._folder.group else None
        return found[1] or "" if found else ""

    @staticmethod
    def _lies_in(inside: str, folders: list[str]) -> bool:
        return bool(set(PurePosixPath(inside).parent.parts) & set(folders))

    def _own_splits(self, ids: list[str]) -> dict[str, Split]:
        """By folders, `test_items`, or `test_share` of the groups: where one is asked for, at least one."""
        if self._folder.test_folders is not None:
            held = {id for id in ids if self._lies_in(self._files[id], self._folder.test_folders)}
            return {id: "test" if id in held else "train" for id in ids}
        if self._folder.test_items:
            held = {id for id in ids if re.fullmatch(self._folder.test_items, id)}
            return {id: "test" if id in held else "train" for id in ids}
        # By a digest: an image that is added later moves no other.
        places = {id: _place(self._group(id) or id) for id in ids}
        bound = self._folder.test_share * 2**64
        if bound and ids:
            bound = max(bound, min(places.values()) + 1)
        return {id: "test" if places[id] < bound else "train" for id in ids}

    def fingerprint(self, item: Item) -> str:
        """Sizes and times of the image and of its labels, how they are read, and its landmarks."""
        paths = [self._root / item.origin, *self._label_files(item.origin).values()]
        paths += [] if self._poses is None else self._poses.files(item.origin)
        points = self._landmarks.get(item.id)
        known = "" if points is None else str(points.tolist())
        stamps = " ".join(f"{path}={file_stamp(path)}" for path in paths)
        return f"{self._folder.model_dump_json()}{stamps}{known}"

    def check(self, item: Item) -> None:
        """Raise `BrokenImage` where labels or joints are absent, or the publisher's file is another one."""
        files = self._label_files(item.origin)
        if files and not any(path.is_file() for path in files.values()):
            what = self._folder.label_maps or self._folder.part_masks
            raise BrokenImage(
                f"{item.origin} has no labels at {self._root / str(what)}; add them or remove it"
            )
        if self._folder.side_by_side:
            check_halves(upright_size(self._root / item.origin)[0], self._root / item.origin)
        if self._poses is not None:
            self._poses.check(item.origin)
        if self._md5:
            if item.origin not in self._md5:
                raise BrokenImage(
                    f"{item.origin} is not in {self._folder.checksums}; remove it or add it there"
                )
            check_md5(self._root / item.origin, self._md5[item.origin])

    def image(self, item: Item, size: int, resample: Resample = "bicubic") -> np.ndarray:
        """The picture as uint8 (size,size,3) RGB; its face where it is aligned."""
        if item.alignment is not None:
            return item.alignment.image(self.original(item), size, resample)
        if self._folder.side_by_side:
            return resize_image(self.original(item), size, resample)
        return read_resized(self._root / item.origin, size, resample)

    def original(self, item: Item) -> np.ndarray:
        """The picture as it is, uint8 (H,W,3) RGB, upright."""
        path = self._root / item.origin
        return picture_half(read_rgb(path), self._folder, path)

    def _size(self, item: Item) -> tuple[int, int]:
        """Width and height of `original` in px, from the file's head alone."""
        width, height = upright_size(self._root / item.origin)
        return (width // 2 if self._folder.side_by_side else width), height

    def parsing(self, item: Item, size: int) -> Parsing | None:
        """Labels at `size`, resized nearest, of a face with its parts; None where there are none."""
        files, picture = self._label_files(item.origin), self._root / item.origin
        if self._folder.side_by_side:
            return self._parsed(picture, size, item.alignment)
        if not files:
            return None
        self.check(item)
        if "labels" in files:
            return self._parsed(files["labels"], size, item.alignment, picture)
        present = {part: path for part, path in files.items() if path.is_file()}
        return face_of_part_masks(present, picture, size, item.alignment)

    def _parsed(
        self, path: Path, size: int, alignment: Alignment | None, picture: Path | None = None
    ) -> Parsing:
        """The labels of a map in a file of its own, which belongs to `picture`, or beside the picture."""
        if picture is not None:
            check_section(path, upright_size(path)[::-1], picture)
        labels = labels_in(read_labels(path, self._folder), size, alignment)
        return face_of_labels(labels, path) if self._folder.face_labels else Parsing(labels, CLASSES)

    def _label_files(self, inside: str) -> dict[str, Path]:
        """The label map under "labels", or the mask of each part; not all of them need exist."""
        path = PurePosixPath(inside)
        names = {"stem": path.stem, "folder": path.parent.as_posix()}
        if self._folder.label_maps:
            return {"labels": self._root / self._folder.label_maps.format(**names)}
        if self._folder.part_masks:
            place = self._folder.part_masks
            return {part: self._root / place.format(part=part, **names) for part in LABELS[1:]}
        return {}

    def body_pose(self, item: Item) -> BodyPose | None:
        """The joints of the surest person; None where the folder has no files of joints."""
        return None if self._poses is None else self._poses.read(item.origin, self._size(item))

    def landmarks(self, item: Item) -> np.ndarray | None:
        """Landmarks (68,2) in parts of what `image` shows, from the table; None where there is no table."""
        if not self._folder.landmarks:
            return None
        points = self._own_landmarks(item)
        return points if item.alignment is None else item.alignment.points(points)

    def own_alignment(self, item: Item) -> Alignment:
        """The map to the frame of CelebA-HQ by the landmarks of the table. Raises `BrokenImage`."""
        return alignment_of(self._own_landmarks(item), self._size(item), item.origin)

    def _own_landmarks(self, item: Item) -> np.ndarray:
        rows = self._landmarks.get(item.id)
        points = checked_points(rows, item.origin, str(self._folder.landmarks))
        return points / self._size(item)
