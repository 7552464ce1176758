"""A folder of images, each called by its name without the ending."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from matebit.data.sources.files import upright_size
from matebit.errors import MatebitError, some_of
from matebit.io.files import sha256_of_file
from matebit.io.picture_files import LOSSLESS, LOSSY

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
