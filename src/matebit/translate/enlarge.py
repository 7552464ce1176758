"""A result larger than the network made it: its colours laid along the lines of the photo.

The fast guided filter (He, Sun 2015): where the result follows the photo's tones within a few pixels, it is
the local line a * tone + b, whose a and b vary slowly and may be interpolated; with the tones of the larger
photo that line has the photo's own sharp edges. What the line does not explain (strokes, patterns) is
interpolated by Lanczos and added, so that made small again the picture is about the network's.
"""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from matebit.errors import MatebitError
from matebit.translate.framing import Frame
from matebit.translate.structure import Framed

LARGEST_FACTOR = 8
_REACH = 2  # px of the result around each pixel that share a line
_FLAT = 0.04  # spread of tones (of 1) below which the photo counts as flat and gives no line


def checked_factor(factor: int) -> int:
    """A whole number from 1 to 8. Raises `MatebitError` for another."""
    if not 1 <= factor <= LARGEST_FACTOR:
        raise MatebitError(f"a result is enlarged 1 to {LARGEST_FACTOR} times, not {factor}")
    return factor


def enlarged(image: np.ndarray, framed: Framed, factor: int) -> np.ndarray:
    """The photo's part of a result, uint8 (S,S,3), `factor` times as large.

    By Lanczos alone where there is no photo: for a finished condition.
    """
    frame = framed.frame
    if factor == 1:
        return frame.cut_out(image)
    side = frame.size * factor
    wide = Frame(frame.width, frame.height, side, frame.fit)
    if framed.picture is None:
        return wide.cut_out(np.rint(_larger(image.astype(np.float32), side).clip(0, 255)).astype(np.uint8))
    return wide.cut_out(along_lines(image, _tones(framed, wide)))


def _tones(framed: Framed, frame: Frame) -> np.ndarray:
    from matebit.data.conditions.edges import grey_of  # loads scipy, which a plain translation does without

    picture = framed.picture
    assert picture is not None
    if framed.alignment is not None:
        return grey_of(framed.alignment.image(picture, frame.size, "bicubic"))
    placed = frame.place(picture, Image.Resampling.BICUBIC)
    return placed if placed.ndim == 2 else grey_of(placed)


def along_lines(image: np.ndarray, tones: np.ndarray) -> np.ndarray:
    """`image` uint8 (S,S,3) enlarged to the size of `tones`, uint8 (kS,kS), as uint8 (kS,kS,3)."""
    small, side = image.shape[0], tones.shape[0]
    fine = tones.astype(np.float32) / 255
    guide = cv2.resize(fine, (small, small), interpolation=cv2.INTER_AREA)
    pixels = image.astype(np.float32) / 255
    mean, mean_guide = _around(pixels), _around(guide)
    spread = _around(guide * guide) - mean_guide**2
    shared = _around(pixels * guide[..., None]) - mean * mean_guide[..., None]
    slope = shared / (spread + _FLAT**2)[..., None]
    slope, offset = _around(slope), _around(mean - slope * mean_guide[..., None])
    rest = pixels - (slope * guide[..., None] + offset)
    slope, offset = (
        cv2.resize(plane, (side, side), interpolation=cv2.INTER_LINEAR) for plane in (slope, offset)
    )
    found = slope * fine[..., None] + offset + _larger(rest, side)
    return np.rint(found.clip(0, 1) * 255).astype(np.uint8)


def _around(planes: np.ndarray) -> np.ndarray:
    return cv2.blur(planes, (2 * _REACH + 1, 2 * _REACH + 1), borderType=cv2.BORDER_REFLECT)


def _larger(planes: np.ndarray, side: int) -> np.ndarray:
    return cv2.resize(planes, (side, side), interpolation=cv2.INTER_LANCZOS4)
