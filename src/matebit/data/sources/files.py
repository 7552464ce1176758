"""Reading the images of a dataset's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from PIL import ExifTags, Image

from matebit.config.data import DataConfig
from matebit.data.datasets import how_to_get_data
from matebit.data.sources.mask_png import decode_mask
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage, read_image

Resample = Literal["bicubic", "bilinear"]

_RESAMPLE = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}


def dataset_root(config: DataConfig) -> Path:
    """The folder that `data.root` names; a `MatebitError` where none is given or it is absent."""
    if config.root is None:
        raise MatebitError(f"data.root is not set; say where the {config.source} dataset lies")
    root = Path(config.root)
    if not root.is_dir():
        raise MatebitError(f"data.root: {root} is not a folder; {how_to_get_data(config)}")
    return root


def read_resized(path: Path, size: int, resample: Resample) -> np.ndarray:
    """The whole image as uint8 (size,size,3) RGB, upright; a longer side is squeezed, not cut."""
    return np.asarray(_resized(read_image(path), size, resample))


def resize_image(pixels: np.ndarray, size: int, resample: Resample) -> np.ndarray:
    """uint8 (H,W,3) as (size,size,3) by Pillow's filter, which takes every pixel into account."""
    if pixels.shape[:2] == (size, size):
        return pixels
    return np.asarray(_resized(Image.fromarray(pixels), size, resample))


def _resized(image: Image.Image, size: int, resample: Resample) -> Image.Image:
    return image if image.size == (size, size) else image.resize((size, size), _RESAMPLE[resample])


def read_grey(path: Path) -> np.ndarray:
    """A mask as uint8 (H,W). Raises `BrokenImage`."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrokenImage(f"{path} cannot be read ({error.strerror}); replace it") from error
    mask = decode_mask(data)
    return np.asarray(read_image(path).convert("L")) if mask is None else mask


def upright_size(path: Path) -> tuple[int, int]:
    """Width and height of an image after its EXIF rotation, from the file's head alone."""
    try:
        with Image.open(path) as image:
            turned = image.getexif().get(ExifTags.Base.Orientation, 1) >= 5
            return image.size[::-1] if turned else image.size
    except Exception as error:  # Pillow raises many kinds
        raise BrokenImage(f"{path} cannot be read as an image ({error}); replace it") from error


def file_stamp(path: Path) -> str:
    """Size and time of a file, or that it is absent: changes when the file does."""
    try:
        stat = path.stat()
    except OSError:
        return "absent"
    return f"{stat.st_size}:{stat.st_mtime_ns}"
