"""Which image comes k-th in training and how it is cut: all drawn from (seed, k)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

# Streams of one seed, so that no two things are drawn from the same numbers.
_ORDER, _ITEM, _KNOWN, _COLOURS, _LINES = 0, 1, 2, 3, 4


@dataclass(frozen=True)
class Window:
    """A crop of `size` px at (top, left), mirrored after that or not."""

    top: int
    left: int
    size: int
    flip: bool

    def cut(self, pixels: np.ndarray) -> np.ndarray:
        """The window of uint8 (C,H,W), a view where it can be.

        Channels stay where they are, as in the released code: a mirrored `l_eye` is still `l_eye`.
        """
        left = self.left
        if self.flip:
            # OpenCV mirrors whole rows many times faster than numpy copies backwards.
            width = pixels.shape[-1]
            pixels = cv2.flip(pixels.reshape(-1, width), 1).reshape(pixels.shape)
            left = width - self.size - left
        rows = slice(self.top, self.top + self.size)
        return pixels[:, rows, left : left + self.size]

    def picture(self, pixels: np.ndarray, size: int) -> np.ndarray:
        """The window of a picture, uint8 (3,H,W), at `size` px: means of what a pixel covers, or bilinear."""
        cut = self.cut(pixels)
        if self.size == size:
            return cut
        rule = cv2.INTER_AREA if self.size > size else cv2.INTER_LINEAR
        return np.stack([cv2.resize(np.ascontiguousarray(c), (size, size), interpolation=rule) for c in cut])


def draw_zoomed(rng: np.random.Generator, full: int, zoom: float, flip: bool) -> Window:
    """A random window of between all and 1/zoom of the side `full`, on a scale of ratios; mirrored or not."""
    return draw_window(rng, full, max(1, round(full / zoom ** rng.random())), flip)


def draw_window(rng: np.random.Generator, full: int, size: int, flip: bool) -> Window:
    """A random crop of a picture of `full` px; mirrored with probability 1/2 if `flip`."""
    top, left = rng.integers(0, full - size + 1, size=2)
    return Window(int(top), int(left), size, bool(flip and rng.random() < 0.5))


@lru_cache(maxsize=2)
def _order(seed: int, epoch: int, count: int) -> np.ndarray:
    return np.random.default_rng((seed, _ORDER, epoch)).permutation(count)


def item_of(seed: int, k: int, count: int) -> int:
    """The index of the k-th training image overall: every epoch is a permutation of its own."""
    epoch, place = divmod(k, count)
    return int(_order(seed, epoch, count)[place])


def item_rng(seed: int, k: int) -> np.random.Generator:
    """The generator of all that is drawn for the k-th training image."""
    return np.random.default_rng((seed, _ITEM, k))


def known_match_rng(seed: int, k: int) -> np.random.Generator:
    """The generator of the k-th image's known match: a stream of its own, which changes no other draw."""
    return np.random.default_rng((seed, _KNOWN, k))


def lines_rng(seed: int, k: int) -> np.random.Generator:
    """The generator of how the k-th image's lines are drawn, likewise."""
    return np.random.default_rng((seed, _LINES, k))


def colours_rng(seed: int, k: int) -> np.random.Generator:
    """The generator of the k-th image's change of colours, likewise."""
    return np.random.default_rng((seed, _COLOURS, k))
