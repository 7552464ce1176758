"""Digests and landmarks that come with a folder of pictures, and the file of MetFaces that holds both.

Landmarks are those of the original work, found at a smaller size: `(landmark + 1/2) * shrink` is a place in
px of it (the dataset's own script, github.com/NVlabs/metfaces-dataset). The pictures in `images/` show the
frame of `alignment`, to which those landmarks lead.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np

from matebit.data.alignment import alignment_of
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage

SUFFIX = ".json"
_SIDE = 1024  # px of the pictures in images/
_POINTS = 68


def metfaces_md5(path: Path) -> dict[str, str]:
    """MD5 by path below the root, of faces and, where they are named, of the original works.

    Raises `ValueError`, `KeyError`, `TypeError` or `OSError` for a file that is not of this form.
    """
    found = {}
    for row in _rows(path):
        found[row["image_path"]] = row["image_md5"]
        if "source_path" in row:
            found[row["source_path"]] = row["source_md5"]
    return found


def metfaces_landmarks(path: Path) -> dict[str, np.ndarray]:
    """Rows point, x, y, float (68,3), by path below the root; x and y in px of that picture.

    Of several faces of one work the first is that of the work's own picture. What spans no face has no rows
    of its picture in `images/`. Raises as `metfaces_md5` does.
    """
    found: dict[str, np.ndarray] = {}
    for row in sorted(_rows(path), key=lambda row: row["face_idx"]):
        spec = row["face_spec"]
        own = (np.array(spec["landmarks"], dtype=np.float64).reshape(-1, 2) + 0.5) * float(spec["shrink"])
        found[row["image_path"]] = _numbered(_in_frame(own, row["image_path"]))
        found.setdefault(row["source_path"], _numbered(own))
    return found


def _rows(path: Path) -> list[dict]:
    rows = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(rows, list):
        raise TypeError("no list of faces")
    return rows


def _in_frame(own: np.ndarray, origin: str) -> np.ndarray:
    """Places in px of the face's picture; (0,2) where `own`, px of the work, span no face."""
    if own.shape != (_POINTS, 2) or not np.isfinite(own).all():
        return own[:0]
    # The work's size is not told, and matters to nothing here: any that holds the points does.
    width, height = (int(side) + 1 for side in own.max(axis=0))
    size = (width, height)
    try:
        return alignment_of(own / size, size, origin).points(own / size) * _SIDE
    except BrokenImage:
        return own[:0]


def _numbered(points: np.ndarray) -> np.ndarray:
    return np.column_stack([np.arange(len(points)), points])


def read_checksums(path: Path) -> dict[str, str]:
    """MD5 by path below the root: of MetFaces' `metfaces.json`, or of lines `MD5  PATH` of md5sum."""
    try:
        if path.suffix == SUFFIX:
            return metfaces_md5(path)
        return dict(_row(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise MatebitError(f"data.folder.checksums: {path} cannot be read ({error}); get it anew") from error
    except (ValueError, KeyError, TypeError) as error:
        raise MatebitError(
            f"data.folder.checksums: {path} is neither metfaces.json nor a list of md5sum; get it anew"
        ) from error


def _row(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"([0-9a-fA-F]{32}) [ *](.+)", line)
    if found is None:
        raise ValueError(line)
    return found[2].removeprefix("./"), found[1].lower()


def check_md5(path: Path, expected: str) -> None:
    """Raise `BrokenImage` where the file's content is not what its publisher gave out."""
    try:
        found = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    except OSError as error:
        raise BrokenImage(f"{path} cannot be read ({error.strerror}); get it anew") from error
    if found != expected:
        raise BrokenImage(f"{path} is not its publisher's file (MD5 {found}, not {expected}); get it anew")
