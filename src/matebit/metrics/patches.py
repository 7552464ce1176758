"""Patches of the levels of a pyramid, for the sliced Wasserstein distance."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from zlib import crc32

import cv2
import numpy as np

from matebit.errors import MatebitError


def level_sizes(side: int, smallest: int) -> list[int]:
    """Sides of the levels, `side` halved down to `smallest`: 256, 128, 64, 32, 16."""
    sizes = [side]
    while sizes[-1] // 2 >= smallest and sizes[-1] % 2 == 0:
        sizes.append(sizes[-1] // 2)
    return sizes


def laplacian_pyramid(image: np.ndarray, levels: int) -> list[np.ndarray]:
    """`levels` bands of a float image (H,W,C), full size first; the last holds the low frequencies.

    Both steps of OpenCV filter with the binomial taps (1, 4, 6, 4, 1) / 16 along each axis, the
    borders mirrored about the outermost pixel, as the authors do (scipy's mode "mirror"). H and W
    must be divisible by 2^(levels-1), else `MatebitError`.
    """
    if any(side % 2 ** (levels - 1) for side in image.shape[:2]):
        raise MatebitError(
            f"swd: images of {image.shape[1]} x {image.shape[0]} px cannot be halved "
            f"{levels - 1} times; raise metrics.swd.smallest or leave swd out of metrics.names"
        )
    bands = []
    for _ in range(levels - 1):
        smaller = cv2.pyrDown(image)
        bands.append(image - cv2.pyrUp(smaller))
        image = smaller
    return [*bands, image]


_CHUNK = 16_384  # patches read back at a time


def patch_places(identity: str, side: tuple[int, int], patch: int, count: int, seed: int) -> np.ndarray:
    """(count,2): upper left corners (y, x) of an image's patches, from its id, its level and the seed.

    Drawing by id makes the value independent of the order and the size of batches, and takes the
    same places from two sets of the same items: identical sets are at distance 0.
    """
    random = np.random.default_rng([seed, crc32(identity.encode()), *side])
    return random.integers(0, [side[0] - patch + 1, side[1] - patch + 1], size=(count, 2))


def patch_pixels(places: np.ndarray, shape: tuple[int, int, int], patch: int) -> np.ndarray:
    """(count, C*patch*patch): where in a flat (H,W,C) image the pixels of the patches at `places` lie.

    A patch's pixels go by channel, row and column.
    """
    _, width, channels = shape
    reach = np.arange(patch)
    inside = np.arange(channels)[:, None, None] + channels * (width * reach[:, None] + reach)
    corners = channels * (width * places[:, 0] + places[:, 1])
    return corners[:, None] + inside.reshape(-1)


class PatchSet:
    """All patches of one level of one set.

    They lie in an unnamed temporary file: a small set stays in the system's page cache, 30,000
    images of 256 px do not fit into memory.
    """

    def __init__(self, channels: int, patch: int) -> None:
        self._channels, self._pixels = channels, patch * patch
        # Lives as long as the set; the system removes it with the last handle.
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115
        self._count = 0
        self._sums = np.zeros((2, channels))

    def add(self, patches: np.ndarray) -> None:
        """Append one image's patches, (count, C*p*p) float32, by channel, row and column."""
        flat = np.ascontiguousarray(patches, dtype=np.float32)
        # One image at a time in float32, all images in float64: the same sums whatever the batches.
        sums = (flat.sum(axis=0), np.einsum("ij,ij->j", flat, flat))
        self._sums += [total.reshape(self._channels, -1).sum(1, dtype=np.float64) for total in sums]
        self._count += len(flat)
        self._file.write(flat.data)

    def __len__(self) -> int:
        return self._count

    def _normalisation(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and 1/deviation of each channel over all patches and pixels, 0 for a constant channel."""
        mean, square = self._sums / (self._count * self._pixels)
        deviation = np.sqrt(np.maximum(square - mean**2, 0))
        return mean, np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)

    def _chunks(self) -> Iterator[np.ndarray]:
        """The patches as they were added, (n, C*p*p) float32 at a time, in memory that is used again."""
        width = self._channels * self._pixels
        block = np.empty((min(_CHUNK, self._count), width), dtype=np.float32)
        for start in range(0, self._count, _CHUNK):
            rows = block[: self._count - start]
            os.preadv(self._file.fileno(), [rows.data], start * 4 * width)
            yield rows

    def projections(self, directions: np.ndarray) -> np.ndarray:
        """(directions, patches) float32: the patches, normalised by channel, along each direction.

        `directions` (D, C*p*p). The normalisation is folded into the directions, so that the
        patches are read once and never copied.
        """
        import torch

        mean, scale = (np.repeat(values, self._pixels) for values in self._normalisation())
        scaled = directions * scale
        offset = torch.from_numpy((-(scaled @ mean)).astype(np.float32)[:, None])
        along = torch.from_numpy(scaled.astype(np.float32))
        out = torch.empty((len(directions), self._count))
        start = 0
        for chunk in self._chunks():
            part = out[:, start : start + len(chunk)]
            torch.addmm(offset, along, torch.from_numpy(chunk).T, out=part)
            start += len(chunk)
        return out.numpy()
