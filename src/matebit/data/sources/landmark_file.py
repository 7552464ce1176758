"""The 68 landmarks of each face, from a table or metfaces.json that comes with the images."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from matebit.data.sources.metfaces import SUFFIX, metfaces_landmarks
from matebit.data.sources.point_table import read_point_table
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage

COLUMNS = ["id", "point", "x", "y"]
POINTS = 68


def read_landmarks(path: Path) -> dict[str, np.ndarray]:
    """Rows point, x, y, float (N,3), by the name in the column id; x and y in px of the upright picture.

    A file .json is that of MetFaces, with names of its own pictures and of the works they were cut from.
    What is no number becomes NaN: one bad row costs one image. Raises `MatebitError` for a file that is
    neither.
    """
    if path.suffix == SUFFIX:
        try:
            return metfaces_landmarks(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise MatebitError(
                f"data.folder.landmarks: {path} is no metfaces.json ({error!r}); get it anew"
            ) from error
    return read_point_table(path, COLUMNS, "data.folder.landmarks", "it must have")


def checked_points(rows: np.ndarray | None, origin: str, file: str) -> np.ndarray:
    """Points (68,2) in px by their numbers 0 to 67. Raises `BrokenImage` for any other set of rows."""
    if rows is None:
        raise BrokenImage(f"{origin} has no landmarks in {file}; add them or remove it")
    if not np.isfinite(rows).all():
        raise BrokenImage(f"a landmark of {origin} in {file} is no finite number; find them anew")
    if sorted(rows[:, 0]) != list(range(POINTS)):
        raise BrokenImage(
            f"{origin} has {len(rows)} landmarks in {file}, but needs {POINTS}, numbered from 0; "
            "find them anew"
        )
    return rows[np.argsort(rows[:, 0]), 1:]
