"""Two folders of images, and what belongs to them, as the inputs of the metrics."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from matebit.contracts.translated import Item, Matches
from matebit.data.sources.files import upright_size
from matebit.errors import MatebitError, some_of
from matebit.io.files import sha256_of_file
from matebit.io.images import read_plane, read_rgb
from matebit.io.picture_files import LOSSLESS, LOSSY
from matebit.io.tables import read_table

logger = logging.getLogger("matebit.metrics")


@dataclass(frozen=True)
class ImageFolder:
    """The images below a folder by name: their path in it without the ending, `a/001`."""

    path: Path
    files: dict[str, Path]

    @classmethod
    def read(cls, path: Path | str) -> ImageFolder:
        """List a folder. Hidden files do not count; other files that are no images are named in the log.

        Raises `MatebitError` where there is no folder or no image in it, and for two files of one name.
        """
        path = Path(path)
        if not path.is_dir():
            raise MatebitError(f"{path} is not a folder of images")
        files: dict[str, Path] = {}
        others = []
        for file in sorted(path.rglob("*")):
            inner = file.relative_to(path)
            if not file.is_file() or any(part.startswith(".") for part in inner.parts):
                continue
            if file.suffix.lower() not in LOSSLESS + LOSSY:
                others.append(inner.as_posix())
                continue
            name = inner.with_suffix("").as_posix()
            if name in files:
                raise MatebitError(f"{path} holds two images called {name}: keep one of them")
            files[name] = file
        if others:
            logger.info("%s: no images, left out: %s", path, some_of(others))
        if not files:
            raise MatebitError(f"{path} holds no image ({', '.join(LOSSLESS + LOSSY)})")
        return cls(path, files)

    @cached_property
    def sizes(self) -> dict[str, tuple[int, int]]:
        """Width and height of each image, by name."""
        return {name: upright_size(file) for name, file in self.files.items()}

    @property
    def formats(self) -> str:
        """`JPEG, PNG`."""
        endings = {file.suffix[1:].upper() for file in self.files.values()}
        return ", ".join(sorted({{"JPG": "JPEG", "TIF": "TIFF"}.get(end, end) for end in endings}))

    @cached_property
    def digest(self) -> str:
        """Twelve hexadecimal digits over the names and the contents of the images."""
        total = hashlib.sha256()
        for name, file in self.files.items():
            total.update(f"{name} {sha256_of_file(file)}\n".encode())
        return total.hexdigest()[:12]

    def must_hold(self, names: Collection[str], what: str) -> None:
        """Raise a `MatebitError` where an image of `names` is missing; `what` says what it is."""
        missing = sorted(set(names) - set(self.files))
        if missing:
            raise MatebitError(
                f"{self.path} lacks {what} of {len(missing)} of {len(names)} images ({some_of(missing)}): "
                "files belong together by their names without the ending"
            )


_ONLY_EXPERIMENTS = "two folders hold no such thing; metrics that need it are not built"


@dataclass(frozen=True)
class TwoFolders:
    """What is scored, what it is held against, and what belongs to it: `Inputs` of a batch.

    `exemplar_of`: an image's name -> that of its exemplar. `labels` are the label maps that were asked for,
    `exemplar_labels` those of the exemplars, `edges` the edges asked for.
    """

    reals: ImageFolder
    fakes: ImageFolder
    exemplars: ImageFolder | None = None
    exemplar_of: Mapping[str, str] = field(default_factory=dict)
    labels: ImageFolder | None = None
    exemplar_labels: ImageFolder | None = None
    asked_edges: ImageFolder | None = None

    def check(self) -> None:
        """Raise a `MatebitError` where an image has no counterpart, or one of another size."""
        lacks = [
            f"{there.path} has no image for {len(names)} of {here.path} ({some_of(names)})"
            for here, there in ((self.fakes, self.reals), (self.reals, self.fakes))
            if (names := set(here.files) - set(there.files))
        ]
        if lacks:
            raise MatebitError(f"{'; '.join(lacks)}: images are compared by their names without the ending")
        self._check_sizes(self.fakes)
        for folder, names, what in (
            (self.labels, set(self.fakes.files), "the label map"),
            (self.asked_edges, set(self.fakes.files), "the edges"),
            (self.exemplars, set(self.exemplar_of.values()), "the exemplar"),
            (self.exemplar_labels, set(self.exemplar_of.values()), "the label map of the exemplar"),
        ):
            if folder is not None:
                folder.must_hold(names, what)
        if self.asked_edges is not None:
            self._check_sizes(self.asked_edges)

    def _check_sizes(self, folder: ImageFolder) -> None:
        wanted = self.reals.sizes
        other = [name for name, size in folder.sizes.items() if wanted.get(name, size) != size]
        if other:
            (width, height), (real_width, real_height) = folder.sizes[other[0]], wanted[other[0]]
            raise MatebitError(
                f"{folder.files[other[0]]} has {width} x {height} px, {self.reals.files[other[0]]} "
                f"{real_width} x {real_height}{f', and so on in {len(other)} images' if other[1:] else ''}: "
                "nothing is resized for scoring, so give both folders one size"
            )

    def items(self) -> list[Item]:
        """The images to be scored, by name."""
        return [Item(name, self.exemplar_of.get(name, ""), 1) for name in sorted(self.fakes.files)]

    def translated(self, item: Item) -> np.ndarray:
        """The image to be scored, (H,W,3)."""
        return read_rgb(self.fakes.files[item.id])

    def truth(self, item: Item) -> np.ndarray:
        """The real image, (H,W,3)."""
        return read_rgb(self.reals.files[item.id])

    def real(self, item: Item) -> np.ndarray:
        """The real image, (H,W,3)."""
        return self.truth(item)

    def exemplar(self, item: Item) -> np.ndarray:
        """The exemplar at the image's size, (H,W,3), resized bicubically where it has another."""
        pixels, size = read_rgb(_in(self.exemplars)[item.exemplar]), self.reals.sizes[item.id]
        if pixels.shape[1::-1] == size:
            return pixels
        return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC))

    def _plane(self, path: Path, item: Item) -> np.ndarray:
        plane, (width, height) = read_plane(path), self.reals.sizes[item.id]
        if plane.shape == (height, width):
            return plane
        return cv2.resize(plane, (width, height), interpolation=cv2.INTER_NEAREST_EXACT)

    def parsing(self, item: Item) -> np.ndarray:
        """Labels asked for at the image's size, (H,W)."""
        return self._plane(_in(self.labels)[item.id], item)

    def true_parsing(self, item: Item) -> np.ndarray:
        """Labels asked for, (H,W)."""
        return self.parsing(item)

    def exemplar_parsing(self, item: Item) -> np.ndarray:
        """Labels of the exemplar at the image's size, (H,W)."""
        return self._plane(_in(self.exemplar_labels)[item.exemplar], item)

    def edges(self, item: Item) -> np.ndarray:
        """Edges asked for, (H,W)."""
        return read_plane(_in(self.asked_edges)[item.id])

    def joints(self, item: Item) -> tuple[np.ndarray, np.ndarray]:
        """None."""
        raise TypeError(_ONLY_EXPERIMENTS)

    def matches(self, item: Item) -> Matches:
        """None."""
        raise TypeError(_ONLY_EXPERIMENTS)

    def cost(self) -> dict[str, int]:
        """None."""
        raise TypeError(_ONLY_EXPERIMENTS)

    def true_matches(self, item: Item, grid: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """None."""
        raise TypeError(_ONLY_EXPERIMENTS)


def _in(folder: ImageFolder | None) -> dict[str, Path]:
    if folder is None:
        raise TypeError("a metric that needs a folder is not built without it")
    return folder.files


def read_exemplar_table(path: Path) -> dict[str, str]:
    """Image -> exemplar, from the columns `id` and `exemplar` of a table; of its ranks, the first."""
    table = read_table(path, ["id", "exemplar"])
    if "rank" in table.columns:
        table = table[table["rank"] == "1"]
    doubled = table["id"][table["id"].duplicated()]
    if len(doubled):
        raise MatebitError(f"{path} names two exemplars of {some_of(doubled)}: keep one line an image")
    return dict(zip(table["id"], table["exemplar"], strict=True))
