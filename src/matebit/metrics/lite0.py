"""Fréchet and kernel distance on EfficientNet-Lite0: distances of sets without a download.

They are FID's and KID's formulas on 112 pooled features instead of Inception's 2048, so a few hundred images
will do, and their numbers compare with each other alone: they are not FID and not KID.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from matebit.config.metrics import InceptionConfig
from matebit.metrics.base import Metric, Value
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context
from matebit.metrics.inception_scores import GaussianStatistics, frechet_distance, mean_squared_mmd

if TYPE_CHECKING:
    from matebit.metrics.context import PooledLite0

FEATURES = 112
ROLES = ("translated", "real")


class FrechetLite0(Metric):
    """Fréchet distance of pooled Lite0 features of the translated to those of the real test images."""

    def __init__(self, pooled: PooledLite0) -> None:
        self._pooled = pooled
        self._sets = {role: GaussianStatistics() for role in ROLES}

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's network."""
        return cls(context.lite0)

    def update(self, batch: ScoredBatch) -> None:
        """Take both sets' pooled features in."""
        for role, statistics in self._sets.items():
            statistics.add(self._pooled(batch, role))

    def values(self) -> list[Value]:
        """`fd_lite0`."""
        count = self._sets["translated"].count
        if not count:
            return []
        few = f"; biased: no more images than the {FEATURES} features, read kid_lite0"
        distance = frechet_distance(*(self._sets[role] for role in ROLES))
        protocol = (
            f"{self._pooled.protocol}; against {self._sets['real'].count} real test images"
            f"{few if count <= FEATURES else ''}"
        )
        return [Value("fd_lite0", distance, count, self._pooled.label, protocol)]


def unit(features: np.ndarray) -> np.ndarray:
    """(B,d) with a mean square of 1 each, so that the cubic kernel stays within 0 and 8.

    Lite0's features are many times as large as Inception's, for which the kernel was made.
    """
    return features / np.sqrt(np.mean(features**2, axis=1, keepdims=True) + 1e-12)


class KernelLite0(Metric):
    """Kernel distance x1000 of the same features, each scaled to a mean square of 1; unbiased."""

    def __init__(self, pooled: PooledLite0, config: InceptionConfig) -> None:
        self._pooled, self._config = pooled, config
        self._seen: dict[str, dict[str, np.ndarray]] = {role: {} for role in ROLES}

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's network and the settings of KID."""
        return cls(context.lite0, context.config.inception)

    def update(self, batch: ScoredBatch) -> None:
        """Keep each image's pooled features, half a kilobyte an image."""
        for role, seen in self._seen.items():
            seen.update(zip((item.id for item in batch.items), unit(self._pooled(batch, role)), strict=True))

    def values(self) -> list[Value]:
        """`kid_lite0`; nothing for fewer than two images."""
        one, other = (np.array([seen[name] for name in sorted(seen)]) for seen in self._seen.values())
        if len(one) < 2:
            return []
        distance, subsets = mean_squared_mmd(one, other, self._config)
        made = f"{self._pooled.protocol}, scaled to a mean square of 1"
        protocol = f"{made}; {subsets}; against {len(other)} real test images"
        return [Value("kid_lite0", 1000 * distance, len(one), self._pooled.label, protocol)]
