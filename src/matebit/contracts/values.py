"""Tables of a method's metrics: `values.csv`, a row a value, and `images.csv`, a row an image and value."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matebit.io.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

VALUES_FILE, IMAGES_FILE = "values.csv", "images.csv"
VALUE_COLUMNS = ["method", "seed", "metric", "value", "n", "features", "protocol"]
IMAGE_COLUMNS = ["method", "seed", "id", "metric", "value"]


def read_values(folder: Path) -> pd.DataFrame:
    """`values.csv` of the folder. Raises `MatebitError` where it is absent or lacks a column."""
    return read_table(folder / VALUES_FILE, VALUE_COLUMNS, numbers=["seed", "value", "n"])


def read_image_values(folder: Path) -> pd.DataFrame:
    """`images.csv` of the folder. Raises `MatebitError` where it is absent or lacks a column."""
    return read_table(folder / IMAGES_FILE, IMAGE_COLUMNS, numbers=["seed", "value"])
