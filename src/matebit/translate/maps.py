"""What a translation matched, as pictures and arrays to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from matebit.errors import MatebitError
from matebit.io.arrays import write_arrays
from matebit.io.images import write_png

if TYPE_CHECKING:
    from matebit.translate.translator import Matched, Translated

_GAP = 4  # white pixels between the pictures


def _enlarged(pixels: np.ndarray, size: int) -> np.ndarray:
    """A token grid at the picture's size; its cells stay squares."""
    return np.asarray(Image.fromarray(pixels).resize((size, size), Image.Resampling.NEAREST))


def place_colours(xy: np.ndarray) -> np.ndarray:
    """Places (2,h,w), x and y in [0,1], as colours uint8 (h,w,3): red grows to the right, green downwards."""
    x, y = np.clip(xy, 0, 1)
    return np.rint(np.stack([40 + 215 * x, 40 + 215 * y, 220 - 90 * (x + y)], axis=-1)).astype(np.uint8)


def _grid_places(grid: int) -> np.ndarray:
    centres = (np.arange(grid) + 0.5) / grid
    return np.stack(np.meshgrid(centres, centres))


def _matched(found: Translated) -> Matched:
    if found.matched is None:
        raise MatebitError("this network has no transformer block and so no matches; leave out --show")
    return found.matched


def warp(found: Translated) -> np.ndarray:
    """The exemplar as the last block moved it into place, in the result's shape."""
    return found.frame.cut_out(_enlarged(_matched(found).warped, found.frame.size))


def confidence(found: Translated) -> np.ndarray:
    """How sure each place is of its match, grey: white is sure."""
    grey = np.rint(_matched(found).confidence * 255).astype(np.uint8)
    return found.frame.cut_out(_enlarged(grey, found.frame.size))


def matches(found: Translated) -> np.ndarray:
    """Result and exemplar beside each other, tinted: a place of the result has the colour of its match."""
    size = found.frame.size
    tints = [place_colours(_matched(found).argmax), place_colours(_grid_places(64))]
    mixed = [
        np.rint(0.45 * picture + 0.55 * _enlarged(tint, size)).astype(np.uint8)
        for picture, tint in zip((found.image, found.exemplar), tints, strict=True)
    ]
    result = found.frame.cut_out(mixed[0])
    sheet = np.full((size, result.shape[1] + _GAP + size, 3), 255, np.uint8)
    top = (size - result.shape[0]) // 2
    sheet[top : top + result.shape[0], : result.shape[1]] = result
    sheet[:, -size:] = mixed[1]
    return sheet


SHOWN: dict[str, Callable[[Translated], np.ndarray]] = {
    "matches": matches,
    "confidence": confidence,
    "warp": warp,
}


def asked_for(text: str) -> list[str]:
    """The names in `--show matches,confidence,warp`. Raises `MatebitError` for another."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in SHOWN:
            raise MatebitError(f"--show takes {', '.join(SHOWN)}, not {name!r}")
    return names


def write_maps(found: Translated, names: list[str], beside: Path) -> list[Path]:
    """Write `STEM-NAME.png` beside the result; with the matches also their numbers, `STEM-matches.npz`.

    Raises `MatebitError` where the network matches nothing.
    """
    pictures = {name: SHOWN[name](found) for name in names}
    written = []
    for name, pixels in pictures.items():
        written.append(beside.with_name(f"{beside.stem}-{name}.png"))
        write_png(written[-1], pixels)
    if "matches" in names:
        numbers = _matched(found)
        written.append(beside.with_name(f"{beside.stem}-matches.npz"))
        write_arrays(written[-1], argmax=numbers.argmax, soft=numbers.soft, confidence=numbers.confidence)
    return written


def sheet(rows: list[list[np.ndarray | None]], size: int) -> np.ndarray:
    """Pictures (h,w,3), none larger than `size`, in the middle of the cells of a white grid."""
    step = size + _GAP
    out = np.full((len(rows) * step - _GAP, len(rows[0]) * step - _GAP, 3), 255, np.uint8)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            if picture is not None:
                high, wide = picture.shape[:2]
                top, left = y * step + (size - high) // 2, x * step + (size - wide) // 2
                out[top : top + high, left : left + wide] = picture
    return out
