"""The files below a dataset's root that fit a pattern, links followed, and the two pictures in one file."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

import numpy as np

from matebit.config.sources import FolderConfig
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage
from matebit.io.picture_files import LeftOut, is_hidden, why_not

_ANY_DEPTH = "**"


def fixed_part(pattern: str) -> PurePosixPath:
    """The folders of a pattern before its first wildcard: `images/**/*.png` -> `images`."""
    fixed = []
    for part in PurePosixPath(pattern).parts[:-1]:
        if any(sign in part for sign in "*?["):
            break
        fixed.append(part)
    return PurePosixPath(*fixed)


def pictures_below(root: Path, pattern: str, left: LeftOut) -> Iterator[PurePosixPath]:
    """Paths below `root` of the pictures that fit the pattern, in order; others that fit go to `left`.

    Hidden files are not looked at. Raises `MatebitError` for a link to a folder that it lies in.
    """
    wanted = PurePosixPath(pattern).parts
    if wanted[-1] == _ANY_DEPTH:
        wanted = (*wanted, "*")
    depth = None if _ANY_DEPTH in wanted else len(wanted)
    start = root / fixed_part(pattern)
    for path in _files(start, (), depth and depth - len(start.relative_to(root).parts)):
        inside = PurePosixPath(path.relative_to(root).as_posix())
        if not _fits(inside.parts, wanted):
            continue
        reason = why_not(path)
        if reason is None:
            yield inside
        else:
            left.add(reason, str(inside).encode(errors="backslashreplace").decode())


def _files(folder: Path, above: tuple[tuple[int, int], ...], depth: int | None) -> Iterator[Path]:
    """What lies in `folder` and is no folder, `depth` floors down; `above`: the folders on the way."""
    if not folder.is_dir():
        return
    here = folder.stat()
    key = (here.st_dev, here.st_ino)
    if key in above:
        raise MatebitError(f"{folder} is a link to a folder that it lies in; remove the link")
    for path in sorted(folder.iterdir()):
        if is_hidden(PurePosixPath(path.name)):
            continue
        if path.is_dir():
            if depth is None or depth > 1:
                yield from _files(path, (*above, key), depth and depth - 1)
        else:
            yield path


def _fits(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether a path fits a pattern, part by part; `**` stands for any number of folders."""
    if not wanted:
        return not parts
    if wanted[0] == _ANY_DEPTH:
        return any(_fits(parts[start:], wanted[1:]) for start in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], wanted[0]) and _fits(parts[1:], wanted[1:])


def picture_half(pixels: np.ndarray, folder: FolderConfig, path: Path) -> np.ndarray:
    """The half (H,W/2,...) that `folder.side_by_side` calls the picture; the whole where it says nothing."""
    return _half(pixels, folder.side_by_side == "picture_left", folder, path)


def map_half(pixels: np.ndarray, folder: FolderConfig, path: Path) -> np.ndarray:
    """The other half, the label map; the whole where `folder.side_by_side` says nothing."""
    return _half(pixels, folder.side_by_side == "picture_right", folder, path)


def check_halves(width: int, path: Path) -> None:
    """Raise `BrokenImage` where `width` px cannot be two halves."""
    if width % 2:
        raise BrokenImage(
            f"{path} is {width} px wide, which is no two halves of one width (data.folder.side_by_side); "
            "replace it"
        )


def _half(pixels: np.ndarray, left: bool, folder: FolderConfig, path: Path) -> np.ndarray:
    if folder.side_by_side is None:
        return pixels
    width = pixels.shape[1]
    check_halves(width, path)
    return np.ascontiguousarray(pixels[:, : width // 2] if left else pixels[:, width // 2 :])
