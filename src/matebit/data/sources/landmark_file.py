"""Tables of points that come with the images, and the 68 landmarks of each face from one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from matebit.data.sources.metfaces import SUFFIX, metfaces_landmarks
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage


def read_point_table(path: Path, columns: list[str], key: str, wanted: str) -> dict[str, np.ndarray]:
    """The rows of each image, float (N,len(columns) - 1): `columns` after the first, which names it.

    What is no number becomes NaN: one bad row costs one image. Raises `MatebitError`, naming the params'
    `key`; `wanted` are the words before the columns, where one is absent.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (OSError, ValueError) as error:  # pandas' own errors are ValueErrors
        raise MatebitError(f"{key}: {path} cannot be read as a table ({error})") from error
    absent = [name for name in columns if name not in table.columns]
    if absent:
        raise MatebitError(f"{key}: {path} lacks the column {absent[0]!r}; {wanted} {', '.join(columns)}")
    numbers = table[columns[1:]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    return {str(name): numbers[rows] for name, rows in table.groupby(columns[0]).indices.items()}


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
