"""DeepFashion in-shop with OpenPose's results, as CoCosNet lays it out, at 256 px or in high resolution."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

import numpy as np

from matebit.config.data import DataConfig
from matebit.contracts.bodies import BodyPose
from matebit.data.sources.base import Item
from matebit.data.sources.files import Resample, dataset_root, file_stamp, resize_image, upright_size
from matebit.data.sources.lists import listed_splits
from matebit.data.sources.openpose import read_openpose
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage, read_rgb
from matebit.io.picture_files import is_hidden

_SUFFIXES = (".jpg", ".png")
_PADDING = 232  # the grey of the background of most photographs
_IMAGE_FOLDERS = ("img", "img_highres")


class DeepFashionSource:
    """`img/GENDER/CATEGORY/id_N/VIEW.jpg` with `pose/GENDER/CATEGORY/id_N/VIEW_{candidate,subset}.txt`.

    An id is the path with `-` for `/`; the folder `id_N`, one garment on one model, is the group.
    """

    drawn = False
    truth = None

    def __init__(self, config: DataConfig, seed: int) -> None:
        self._config, self._layout = config, config.deepfashion
        self._root = dataset_root(config)
        for name in (self._layout.images, self._layout.poses):
            if not (self._root / name).is_dir():
                raise MatebitError(
                    f"{self._root / name} is not a folder; data.root must hold photographs and poses as "
                    "data.deepfashion says"
                )

    def items(self) -> list[Item]:
        """Every listed or found photograph, sorted by id."""
        images = self._root / self._layout.images
        files = {
            self.id_of(path.relative_to(images).as_posix()): path.relative_to(self._root).as_posix()
            for path in sorted(images.rglob("*"))
            if path.suffix.lower() in _SUFFIXES and not is_hidden(path.relative_to(images))
        }
        splits = listed_splits(self._config, self._root, list(files), self.id_of)
        return [
            # No folder of DeepFashion has a dash in its name, so that the id gives the path back.
            Item(
                id, splits[id], files.get(id, f"{self._layout.images}/{id.replace('-', '/')}.jpg"),
                group=id.rpartition("-")[0],
            )
            for id in sorted(splits)
        ]  # fmt: skip

    def id_of(self, name: str) -> str:
        """The path below the folder of photographs, without suffix, `-` for `/`."""
        parts = PurePosixPath(name).with_suffix("").parts
        return "-".join(parts[1:] if parts[0] in (*_IMAGE_FOLDERS, self._layout.images) else parts)

    def fingerprint(self, item: Item) -> str:
        """Sizes and times of the photograph and of its pose, and how they are read."""
        stamps = " ".join(file_stamp(path) for path in (self._root / item.origin, *self._pose_files(item)))
        return f"{stamps} {self._layout.model_dump_json()}"

    def check(self, item: Item) -> None:
        """Raise `BrokenImage` where the photograph has no pose files."""
        for path in self._pose_files(item):
            if not path.exists():
                raise BrokenImage(f"{item.origin} has no pose: {path} does not exist; add it")

    def image(self, item: Item, size: int, resample: Resample = "bicubic") -> np.ndarray:
        """The photograph as uint8 (size,size,3) RGB, padded first where the params say so."""
        pixels = read_rgb(self._root / item.origin)
        if self._layout.pad_to_square:
            left, top, side = _margins(pixels.shape[1], pixels.shape[0])
            padded = np.full((side, side, 3), _PADDING, dtype=np.uint8)
            padded[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
            pixels = padded
        return resize_image(pixels, size, resample)

    def parsing(self, item: Item, size: int) -> None:
        """In-shop has none."""

    def landmarks(self, item: Item) -> None:
        """In-shop has none."""

    def body_pose(self, item: Item) -> BodyPose:
        """The joints of the person with the highest score, in px of the picture that `image` shows."""
        side = self._layout.pose_side
        if side is not None:
            return read_openpose(*self._pose_files(item), (side, side))
        width, height = upright_size(self._root / item.origin)
        pose = read_openpose(*self._pose_files(item), (width, height))
        if not self._layout.pad_to_square:
            return pose
        left, top, padded = _margins(width, height)
        return replace(pose, points=np.add(pose.points, (left, top)), size=(padded, padded))

    def _pose_files(self, item: Item) -> tuple[Path, Path]:
        below = PurePosixPath(item.origin).relative_to(self._layout.images).with_suffix("")
        stem = self._root / self._layout.poses / below
        return stem.with_name(f"{stem.name}_candidate.txt"), stem.with_name(f"{stem.name}_subset.txt")


def _margins(width: int, height: int) -> tuple[int, int, int]:
    """Left and upper margin, and the side, of a picture padded to a square around its middle, in px."""
    side = max(width, height)
    return (side - width) // 2, (side - height) // 2, side
