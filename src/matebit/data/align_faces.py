"""Which map brings the face of an item to the frame: by landmarks that are known, or found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from matebit.config.conditions import ExtractorsConfig
from matebit.config.data import DataConfig
from matebit.data.alignment import Alignment, alignment_of
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


@dataclass(frozen=True)
class FaceAligner:
    """`align(pixels, name)` finds the map of the largest face of uint8 (H,W,3) RGB, or raises `BrokenImage`.

    `landmarks` says what finds it: package, version, files of weights.
    """

    landmarks: str
    align: Callable[[np.ndarray, str], Alignment]


def aligner_by_network(config: ExtractorsConfig, needed_by: str) -> FaceAligner:
    """By the landmarks of the network that `config` names.

    Raises `MatebitError`, whose sentence `needed_by` begins, where its weights or package lack.
    """
    finder = load_one("landmarks", config, needed_by)

    def align(pixels: np.ndarray, origin: str) -> Alignment:
        landmarks = finder(_shrunk(pixels), origin)
        return alignment_of(landmarks, (pixels.shape[1], pixels.shape[0]), origin)

    return FaceAligner(f"{finder.record.version}, {finder.record.weights}", align)


def open_aligner(config: DataConfig, seed: int) -> Aligner | None:
    """What `data.align` asks for. Raises `MatebitError` where a network's weights or package lack."""
    if config.align is None:
        return None
    source = FolderSource(config, seed)
    if config.align == "landmarks":
        return Aligner(str(config.folder.landmarks), source.own_alignment)
    asked = ExtractorsConfig(landmarks=config.align)
    face = aligner_by_network(asked, f"data.align: {config.align}")
    return Aligner(face.landmarks, lambda item: face.align(source.original(item), item.origin))


def _shrunk(pixels: np.ndarray) -> np.ndarray:
    scale = _SEARCHED_SIDE / max(pixels.shape[:2])
    if scale >= 1:
        return pixels
    return cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
