"""Patches of one pyramid level of a set of images: kept outside memory, normalised over the whole
set.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    import torch

_CHUNK = 65_536  # patches read back at a time
_PROJECTION_BYTES = 256e6  # of the projections that are held and sorted at once


def patch_places(identity: str, side: tuple[int, int], patch: int, count: int, seed: int) -> np.ndarray:
    """(count,2): upper left corners (y, x) of an image's patches, drawn from its id, its level and
    the seed.

    Drawing by id makes the value independent of the order and the size of batches, and takes the
    same places from two sets of the same items: identical sets are at distance 0.
    """
    random = np.random.default_rng([seed, crc32(identity.encode()), *side])
    return random.integers(0, [side[0] - patch + 1, side[1] - patch + 1], size=(count, 2))


def cut_patches(images: torch.Tensor, places: np.ndarray, patch: int) -> torch.Tensor:
    """(B,count,C,patch,patch) from (B,C,H,W) at `places` (B,count,2)."""
    import torch

    corners = torch.from_numpy(places)
    reach = torch.arange(patch)
    rows = (corners[..., 0, None] + reach)[..., :, None]  # (B,count,patch,1)
    columns = (corners[..., 1, None] + reach)[..., None, :]
    which = torch.arange(len(images)).view(-1, 1, 1, 1)
    return images.permute(0, 2, 3, 1)[which, rows, columns].permute(0, 1, 4, 2, 3).contiguous()


class PatchSet:
    """All patches of one level of one set.

    They lie in an unnamed temporary file: a small set stays in the system's page cache, 30,000
    images of 256 px do not fit into memory.
    """

    def __init__(self, channels: int, patch: int) -> None:
        self._channels, self._pixels = channels, patch * patch
        # Lives as long as the set; the system removes it with the last handle.
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        self._count = 0
        self._sums = np.zeros((2, channels))

    def add(self, patches: torch.Tensor) -> None:
        """Append (B,count,C,p,p) float32 patches."""
        flat = patches.flatten(0, 1)
        values = flat.double()
        self._sums += np.stack([values.sum((0, 2, 3)).numpy(), values.square().sum((0, 2, 3)).numpy()])
        self._count += len(flat)
        self._file.write(flat.numpy().astype(np.float32).tobytes())

    def __len__(self) -> int:
        return self._count

    def _normalisation(self) -> tuple[np.ndarray, np.ndarray]:
        """Mean and 1/deviation of each channel over all patches and pixels; 0 for a constant
        channel.
        """
        mean, square = self._sums / (self._count * self._pixels)
        deviation = np.sqrt(np.maximum(square - mean**2, 0))
        return mean, np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)

    def _chunks(self) -> Iterator[np.ndarray]:
        """The patches as they were added, (n, C*p*p) float32 at a time."""
        width = self._channels * self._pixels
        self._file.seek(0)
        while block := self._file.read(4 * width * _CHUNK):
            yield np.frombuffer(block, dtype=np.float32).reshape(-1, width)

    def sorted_projections(self, directions: np.ndarray) -> np.ndarray:
        """(directions, patches) float32: the patches, normalised by channel, along each direction,
        ascending.

        `directions` (D, C*p*p). The normalisation is folded into the directions, so that the
        patches are read once and never copied.
        """
        mean, scale = (np.repeat(values, self._pixels) for values in self._normalisation())
        scaled = directions * scale
        offset = (scaled @ mean).astype(np.float32)[:, None]
        out = np.empty((len(directions), self._count), dtype=np.float32)
        start = 0
        for chunk in self._chunks():
            part = out[:, start : start + len(chunk)]
            np.matmul(scaled.astype(np.float32), chunk.T, out=part)
            part -= offset
            start += len(chunk)
        out.sort(axis=1)  # rows: numpy sorts those with vector instructions
        return out

    def directions_at_once(self) -> int:
        """How many directions keep the projections within bounded memory."""
        return max(1, int(_PROJECTION_BYTES / (4 * max(1, self._count))))
