"""Which map brings the face of an item to the frame: by landmarks that are known, or found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from matebit.data.alignment import Alignment, alignment_of
from matebit.data.config import DataConfig
from matebit.data.extractors.config import ExtractorsConfig
from matebit.data.extractors.registry import load_one
from matebit.data.sources.base import Item
from matebit.data.sources.folder import FolderSource

# Faces of any use are found at this length of the longer side, much sooner than in a camera's picture.
_SEARCHED_SIDE = 1024


@dataclass(frozen=True)
class Aligner:
    """`align` finds an item's map, or raises `BrokenImage`; `landmarks` says where they come from."""

    landmarks: str
    align: Callable[[Item], Alignment]


def open_aligner(config: DataConfig, seed: int) -> Aligner | None:
    """What `data.align` asks for. Raises `MatebitError` where a network's weights or package lack."""
    if config.align is None:
        return None
    source = FolderSource(config, seed)
    if config.align == "landmarks":
        return Aligner(str(config.folder.landmarks), source.own_alignment)
    asked = ExtractorsConfig(landmarks=config.align)
    finder = load_one("landmarks", asked, f"data.align: {config.align}")

    def found(item: Item) -> Alignment:
        picture = source.original(item)
        landmarks = finder(_shrunk(picture), item.origin)
        return alignment_of(landmarks, (picture.shape[1], picture.shape[0]), item.origin)

    return Aligner(f"{finder.record.version}, {finder.record.weights}", found)


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    scale = _SEARCHED_SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
