"""Sliced Wasserstein distance of Laplacian-pyramid patches (Karras et al. 2018, section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Self

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


def directions(width: int, config: SwdConfig) -> np.ndarray:
    """(repeats*directions, width) float32 unit vectors, the same for every level and set."""
    random = np.random.default_rng([config.seed, width])
    drawn = random.standard_normal((config.repeats * config.directions, width))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def sliced_distance(one: PatchSet, other: PatchSet, along: np.ndarray) -> float:
    """Mean over directions of the mean |difference| of the sorted projections of two equally large
    sets.
    """
    if len(one) != len(other):
        raise MatebitError(f"swd needs two sets of one size, not {len(one)} and {len(other)} patches")
    distances = []
    step = one.directions_at_once()
    for start in range(0, len(along), step):
        first, second = (patches.sorted_projections(along[start : start + step]) for patches in (one, other))
        first -= second
        distances.append(np.abs(first, out=first).mean(axis=1, dtype=np.float64))
    return float(np.concatenate(distances).mean())


class SlicedWasserstein(Metric):
    """SWD x1000 of the translated images to the real test images: each level, and their mean."""

    def __init__(self, config: SwdConfig) -> None:
        self._config = config
        self._sets: dict[str, dict[int, PatchSet]] = {"translated": {}, "real": {}}
        self._sizes: list[int] = []
        self._images = 0

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's settings."""
        return cls(context.config.swd)

    @property
    def protocol(self) -> str:
        """How the number was made."""
        c = self._config
        return (
            f"Laplacian levels {', '.join(map(str, self._sizes))} px, {c.patches} patches of "
            f"{c.patch} px an image at places drawn by id, {c.repeats} x {c.directions} "
            f"directions, seed {c.seed}, PNG; against the real test images"
        )

    def update(self, batch: Batch) -> None:
        """Keep the patches of both sets."""
        names = [item.id for item in batch.items]
        self._images += len(names)
        for role, sets in self._sets.items():
            self._keep(names, getattr(batch, role), sets)

    def _keep(self, names: Sequence[str], images: torch.Tensor, sets: dict[int, PatchSet]) -> None:
        patch = self._config.patch
        side = min(images.shape[2:])
        self._sizes = level_sizes(side, self._config.smallest)
        for level, band in enumerate(laplacian_pyramid(images.float(), len(self._sizes))):
            shape = (band.shape[2], band.shape[3])
            places = np.stack(
                [patch_places(name, shape, patch, self._config.patches, self._config.seed) for name in names]
            )
            kept = sets.setdefault(level, PatchSet(band.shape[1], patch))
            kept.add(cut_patches(band, places, patch))

    def values(self) -> list[Value]:
        """`swd` (mean over levels) and `swd/SIDE` of each level."""
        if not self._images:
            return []
        along = directions(3 * self._config.patch**2, self._config)
        levels = {
            size: 1000 * sliced_distance(self._sets["translated"][level], self._sets["real"][level], along)
            for level, size in enumerate(self._sizes)
        }
        named = {"swd": sum(levels.values()) / len(levels)}
        named |= {f"swd/{size}": distance for size, distance in levels.items()}
        return [Value(name, value, self._images, NO_FEATURES, self.protocol) for name, value in named.items()]
