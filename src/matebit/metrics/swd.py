"""Sliced Wasserstein distance of Laplacian-pyramid patches (Karras et al. 2018, section 5)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

import cv2
import numpy as np

from matebit.errors import MatebitError
from matebit.metrics.base import NO_FEATURES, Metric, Value
from matebit.metrics.batch import Batch
from matebit.metrics.config import SwdConfig
from matebit.metrics.context import Context
from matebit.metrics.patches import PatchSet, cut_patches, patch_places
from matebit.metrics.pyramid import laplacian_pyramid, level_sizes

if TYPE_CHECKING:
    import torch

_PROJECTION_BYTES = 1e9  # of the projections that are held and sorted at once, by all threads
_DIRECTIONS_AT_ONCE = 64


def directions(width: int, config: SwdConfig) -> np.ndarray:
    """(repeats*directions, width) float32 unit vectors, the same for every level and set."""
    random = np.random.default_rng([config.seed, width])
    drawn = random.standard_normal((config.repeats * config.directions, width))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def sliced_distance(one: PatchSet, other: PatchSet, along: np.ndarray, threads: int = 1) -> float:
    """Mean over directions of the mean |difference| of the sorted projections of two equally large
    sets.

    The directions are shared out to `threads`; their number does not change the value.
    """
    if len(one) != len(other):
        raise MatebitError(f"swd needs two sets of one size, not {len(one)} and {len(other)} patches")
    held = _PROJECTION_BYTES / (4 * 2 * threads * max(1, len(one)))
    step = int(np.clip(held, 1, _DIRECTIONS_AT_ONCE))

    def distances(start: int) -> np.ndarray:
        first, second = (patches.sorted_projections(along[start : start + step]) for patches in (one, other))
        first -= second
        return np.abs(first, out=first).mean(axis=1, dtype=np.float64)

    with ThreadPoolExecutor(threads) as pool:
        parts = pool.map(distances, range(0, len(along), step))
        return float(np.concatenate(list(parts)).mean())


class SlicedWasserstein(Metric):
    """SWD x1000 of the translated images to the real test images: each level, and their mean."""

    def __init__(self, config: SwdConfig, threads: int = 1) -> None:
        self._config, self._threads = config, threads
        self._sets: dict[str, dict[int, PatchSet]] = {"translated": {}, "real": {}}
        self._sizes: list[int] = []
        self._images = 0

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's settings."""
        return cls(context.config.swd, context.threads)

    @property
    def protocol(self) -> str:
        """How the number was made."""
        c = self._config
        return (
            f"Laplacian levels {', '.join(map(str, self._sizes))} px, {c.patches} patches of "
            f"{c.patch} px an image at places drawn by id, {c.repeats} x {c.directions} "
            f"directions, seed {c.seed}; against {self._images} real test images"
        )

    def update(self, batch: Batch) -> None:
        """Keep the patches of both sets."""
        names = [item.id for item in batch.items]
        self._images += len(names)
        for role, sets in self._sets.items():
            images: torch.Tensor = getattr(batch, role)
            self._sizes = level_sizes(min(images.shape[2:]), self._config.smallest)
            with ThreadPoolExecutor(self._threads) as pool:
                for levels in pool.map(self._patches, names, images.numpy()):
                    for level, patches in enumerate(levels):
                        sets.setdefault(level, PatchSet(patches.shape[1], self._config.patch)).add(patches)

    def _patches(self, name: str, planes: np.ndarray) -> list[np.ndarray]:
        """Each level's patches (patches,3,p,p) of one image, uint8 (3,H,W)."""
        c = self._config
        image = cv2.merge(list(planes)).astype(np.float32)
        return [
            cut_patches(
                band, patch_places(name, (band.shape[0], band.shape[1]), c.patch, c.patches, c.seed), c.patch
            )
            for band in laplacian_pyramid(image, len(self._sizes))
        ]

    def values(self) -> list[Value]:
        """`swd` (mean over levels) and `swd/SIDE` of each level."""
        if not self._images:
            return []
        along = directions(3 * self._config.patch**2, self._config)
        levels = {
            size: 1000
            * sliced_distance(
                self._sets["translated"][level], self._sets["real"][level], along, self._threads
            )
            for level, size in enumerate(self._sizes)
        }
        named = {"swd": sum(levels.values()) / len(levels)}
        named |= {f"swd/{size}": distance for size, distance in levels.items()}
        return [Value(name, value, self._images, NO_FEATURES, self.protocol) for name, value in named.items()]
