"""A table of points that comes with the images: one row a point, the image's name in the first column."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from matebit.errors import MatebitError


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
