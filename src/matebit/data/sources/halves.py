"""Files that hold a picture and its label map side by side, as pix2pix lays its datasets out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from matebit.config.folder import FolderConfig
from matebit.io.images import BrokenImage


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
