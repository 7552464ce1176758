"""Pictures of any shape in the square that the network reads, and its result out of it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image

from matebit.errors import MatebitError

Fit = Literal["pad", "crop"]
FITS: tuple[Fit, ...] = ("pad", "crop")


def checked_fit(name: str) -> Fit:
    """`pad` or `crop`. Raises `MatebitError` for another word."""
    for fit in FITS:
        if name == fit:
            return fit
    raise MatebitError(f"fit is {' or '.join(FITS)}, not {name!r}")


@dataclass(frozen=True)
class Frame:
    """Where a picture of `width` x `height` px lies in a square of `size` px.

    pad: the whole picture, its longer side filling the square. crop: its middle square.
    """

    width: int
    height: int
    size: int
    fit: Fit

    @property
    def _cut(self) -> tuple[float, float, float, float]:
        """The part of the picture that is seen: left, top, right, bottom in its px."""
        if self.fit == "pad":
            return 0, 0, self.width, self.height
        side = min(self.width, self.height)
        left, top = (self.width - side) / 2, (self.height - side) / 2
        return left, top, left + side, top + side

    @property
    def inner(self) -> tuple[int, int, int, int]:
        """That part in the square: left, top, width, height in px of the square."""
        if self.fit == "crop":
            return 0, 0, self.size, self.size
        longer = max(self.width, self.height)
        wide, high = (max(1, round(self.size * side / longer)) for side in (self.width, self.height))
        return (self.size - wide) // 2, (self.size - high) // 2, wide, high

    def place(self, pixels: np.ndarray, resample: Image.Resampling, margin: int | None = None) -> np.ndarray:
        """uint8 (height,width) or (height,width,3) in the square: (size,size) or (size,size,3).

        What the picture leaves free has the value `margin`, or goes on as the picture ends.
        """
        left, top, wide, high = self.inner
        part = np.asarray(Image.fromarray(pixels).resize((wide, high), resample, box=self._cut))
        free = [(top, self.size - high - top), (left, self.size - wide - left), (0, 0)][: part.ndim]
        if margin is None:
            return np.pad(part, free, mode="edge")
        return np.pad(part, free, constant_values=margin)

    def cut_out(self, square: np.ndarray) -> np.ndarray:
        """The picture's part of a result (size,size,...)."""
        left, top, wide, high = self.inner
        return square[top : top + high, left : left + wide]


def frame_of(pixels: np.ndarray, size: int, fit: Fit) -> Frame:
    """The frame for a picture (H,W,...)."""
    return Frame(pixels.shape[1], pixels.shape[0], size, checked_fit(fit))
