"""The condition of a picture that comes from anywhere: extracted, read from a file, or drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from matebit.config.data import ConditionsConfig
from matebit.contracts.condition_kinds import CONDITIONS, possible_channels
from matebit.data.alignment import Alignment
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.lines import lines_and_distance
from matebit.data.conditions.registry import load_extractor
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage, read_plane, read_rgb, resize_nearest
from matebit.translate.framing import Fit, Frame, frame_of
from matebit.translate.label_maps import Maps, parsed, read_label_map, read_masks


@dataclass(frozen=True)
class Framed:
    """A condition as the network reads it, uint8 (C,size,size), and the frame its picture lies in.

    `alignment`: how the picture's face was brought to the whole of it, if it was. `picture`: the photo or
    drawing itself, uint8 (H,W,3) or (H,W); None for a finished condition.
    """

    condition: np.ndarray
    frame: Frame
    alignment: Alignment | None = None
    picture: np.ndarray | None = None


def of_photo(
    photo: np.ndarray,
    config: ConditionsConfig,
    size: int,
    fit: Fit,
    name: str,
    masks: Path | None = None,
    maps: Maps | None = None,
    alignment: Alignment | None = None,
    option: str = "--masks",
) -> Framed:
    """Extract the condition of a photograph, uint8 (H,W,3), as the stage `conditions` does.

    `masks`: its labels or parts, for kinds that need them, as `maps` says; see `read_masks`. With `alignment`
    its face alone is seen, in the frame of CelebA-HQ. Raises `MatebitError` where masks are needed and not
    given (`option` would).
    """
    frame = frame_of(photo, size, fit) if alignment is None else Frame(size, size, size, "pad")
    if masks is None and not CONDITIONS[config.kind].lines:
        raise MatebitError(
            f"this checkpoint's condition is {config.kind!r}, which a plain picture does not have: give the "
            f"labels of {name} ({option}){', a finished condition (--condition)' * (option == '--masks')}, "
            "or take a checkpoint of "
            f"{' or '.join(kind for kind in CONDITIONS if CONDITIONS[kind].lines)}"
        )
    parsing = None
    if masks is not None:
        parsing = read_masks(masks, Path(name).stem, photo, frame, maps or Maps(), alignment)
    if alignment is None:
        image = frame.place(photo, Image.Resampling.BILINEAR)
    else:
        image = alignment.image(photo, size, "bilinear")
    return Framed(load_extractor(config)(Structure(name, image, parsing), config), frame, alignment, photo)


def of_drawing(grey: np.ndarray, config: ConditionsConfig, size: int, fit: Fit) -> Framed:
    """The condition of lines drawn by hand, uint8 (H,W): of black and white the rarer one is the line.

    A line keeps its darkest value however much the drawing is made smaller.
    """
    if not CONDITIONS[config.kind].lines:
        raise MatebitError(f"a drawing is no condition of the kind {config.kind!r}, which this network reads")
    lines = 255 - grey if grey.mean() > 127 else grey
    frame = frame_of(lines, size, fit)
    side = max(lines.shape) if fit == "pad" else min(lines.shape)
    thick = ceil(side / size)
    if thick > 1:
        lines = cv2.dilate(lines, np.ones((thick, thick), np.uint8))
    placed = frame.place(np.ascontiguousarray(lines), Image.Resampling.BILINEAR, margin=0)
    return Framed(lines_and_distance(placed, config.distance_reach), frame, picture=grey)


def of_file(path: Path, config: ConditionsConfig, size: int, fit: Fit, maps: Maps | None = None) -> Framed:
    """A condition from a file: as the stage `conditions` writes them, a drawing, or a label map (`maps`).

    The stage's files are grey PNG with the channels stacked from top to bottom. Raises `MatebitError`
    for a file that is none of what the kind allows.
    """
    kind = CONDITIONS[config.kind]
    possible = possible_channels(config)
    stacked = _stacked(path, possible)
    if stacked is not None and kind.lines and not _are_lines_with_distance(stacked, config):
        stacked = None  # a drawing that is as high as two of its widths
    if stacked is not None:
        whole = Frame(size, size, size, "pad")
        return Framed(np.stack([resize_nearest(plane, size) for plane in stacked]), whole)
    if kind.lines:
        return of_drawing(np.asarray(Image.fromarray(read_rgb(path)).convert("L")), config, size, fit)
    if config.kind in ("parsing", "labels"):
        maps = maps or Maps()
        plane = read_label_map(path, maps)
        frame = frame_of(plane, size, fit)
        placed = parsed(frame.place(plane, Image.Resampling.NEAREST, margin=0), maps.labels)
        empty = np.zeros((size, size, 3), np.uint8)
        return Framed(load_extractor(config)(Structure(str(path), empty, placed), config), frame)
    counts = " or ".join(map(str, possible))
    raise MatebitError(
        f"{path} is no condition of the kind {config.kind!r}: that is a grey PNG of {counts} square "
        "channels, one below the other, as the stage `conditions` writes them"
    )


def _stacked(path: Path, possible: list[int]) -> np.ndarray | None:
    """(C,S,S) where the file is as high as one of the `possible` numbers of squares."""
    try:
        plane = read_plane(path)
    except BrokenImage:
        plane = np.asarray(Image.fromarray(read_rgb(path)).convert("L"))
    height, width = plane.shape
    fits = any(height == channels * width for channels in possible)
    return plane.reshape(-1, width, width) if fits else None


def _are_lines_with_distance(stacked: np.ndarray, config: ConditionsConfig) -> bool:
    expected = lines_and_distance(stacked[0], config.distance_reach)[1]
    return bool((np.abs(expected.astype(int) - stacked[1]) <= 1).all())
