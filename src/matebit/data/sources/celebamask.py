"""CelebAMask-HQ as it is published: photographs, part masks or label maps, optional split lists."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np

from matebit.config.data import DataConfig
from matebit.contracts.faces import LABELS
from matebit.contracts.parsing import Parsing
from matebit.data.sources.base import Item
from matebit.data.sources.files import Resample, dataset_root, file_stamp, read_resized
from matebit.data.sources.label_files import face_of_label_map, face_of_part_masks
from matebit.data.sources.lists import listed_splits
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage
from matebit.io.picture_files import is_hidden

_IMAGES = "CelebA-HQ-img"
_PART_MASKS = "CelebAMask-HQ-mask-anno"
_SUFFIXES = (".jpg", ".png")


class CelebAMaskSource:
    """`CelebA-HQ-img/ID.jpg` with `CelebAMask-HQ-mask-anno/(ID // 2000)/(ID, 5 digits)_PART.png`.

    With `data.label_maps` the labels come from `FOLDER/ID.png`, indices 0 to 18, instead. An absent
    part has no file; an image without any is rejected.
    """

    drawn = False
    truth = None

    def __init__(self, config: DataConfig, seed: int) -> None:
        self._config = config
        self._root = dataset_root(config)
        self._label_maps = self._root / config.label_maps if config.label_maps else None
        for folder in (self._root / _IMAGES, self._label_maps or self._root / _PART_MASKS):
            if not folder.is_dir():
                raise MatebitError(
                    f"{folder} is not a folder; data.root must be laid out as CelebAMask-HQ is"
                )

    def items(self) -> list[Item]:
        """Every listed or found photograph, sorted by id."""
        files = {
            path.stem: path.name
            for path in sorted((self._root / _IMAGES).iterdir())
            if path.suffix.lower() in _SUFFIXES and not is_hidden(PurePosixPath(path.name))
        }
        splits = listed_splits(self._config, self._root, list(files), self.id_of)
        return [Item(id, splits[id], f"{_IMAGES}/{files.get(id, f'{id}.jpg')}") for id in sorted(splits)]

    def id_of(self, name: str) -> str:
        """The file name without folder and suffix."""
        return PurePosixPath(name).stem

    def fingerprint(self, item: Item) -> str:
        """Sizes and times of the photograph and of its masks."""
        paths = [self._root / item.origin, *self._mask_files(item).values()]
        return " ".join(f"{path.name}={file_stamp(path)}" for path in paths)

    def check(self, item: Item) -> None:
        """Raise `BrokenImage` where the photograph has no mask."""
        if not self._mask_files(item):
            folder = self._label_maps or self._root / _PART_MASKS
            raise BrokenImage(f"{item.origin} has no mask in {folder}; add its masks or remove it")

    def image(self, item: Item, size: int, resample: Resample = "bicubic") -> np.ndarray:
        """The photograph as uint8 (size,size,3) RGB."""
        return read_resized(self._root / item.origin, size, resample)

    def body_pose(self, item: Item) -> None:
        """CelebA-HQ has none."""

    def landmarks(self, item: Item) -> None:
        """CelebAMask-HQ has none."""

    def parsing(self, item: Item, size: int) -> Parsing:
        """Labels and part masks, resized nearest. Raises `BrokenImage`."""
        self.check(item)
        files, picture = self._mask_files(item), self._root / item.origin
        if self._label_maps:
            return face_of_label_map(files["labels"], picture, size)
        return face_of_part_masks(files, picture, size)

    def _mask_files(self, item: Item) -> dict[str, Path]:
        if self._label_maps:
            path = self._label_maps / f"{item.id}.png"
            return {"labels": path} if path.exists() else {}
        if not item.id.isdecimal():
            raise BrokenImage(f"{item.origin} is not named by a number, so no masks belong to it")
        folder = self._root / _PART_MASKS / str(int(item.id) // 2000)
        paths = {part: folder / f"{int(item.id):05d}_{part}.png" for part in LABELS[1:]}
        return {part: path for part, path in paths.items() if path.exists()}
