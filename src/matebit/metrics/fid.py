"""Fréchet inception distance (Heusel et al. 2017), with a trace of our own in float64."""

from __future__ import annotations

from typing import Self

import numpy as np

from matebit.metrics.base import Metric, Value
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context
from matebit.metrics.inception import HOW, IMPLEMENTATION, Inception, Resize

FEATURES = 2048  # of pool3; with no more images the covariance is rank deficient


class GaussianStatistics:
    """Running mean and covariance of (N,d) features in float64; memory d^2, whatever N."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = self._products = np.zeros(())

    def add(self, features: np.ndarray) -> None:
        """Take (B,d) features in."""
        values = features.astype(np.float64)
        self.count += len(values)
        self._sum = self._sum + values.sum(axis=0)
        self._products = self._products + values.T @ values

    def mean(self) -> np.ndarray:
        """(d,)."""
        return self._sum / self.count

    def covariance(self) -> np.ndarray:
        """(d,d), unbiased; zero for a single image."""
        mean = self.mean()
        return (self._products - self.count * np.outer(mean, mean)) / max(self.count - 1, 1)


def frechet_distance(one: GaussianStatistics, other: GaussianStatistics) -> float:
    """|m1 - m2|^2 + tr(S1 + S2 - 2 sqrt(S1 S2)).

    tr sqrt(S1 S2) is the sum of the roots of the eigenvalues of S1 S2, which are those of the
    symmetric sqrt(S1) S2 sqrt(S1): no matrix root of an unsymmetric product, the step in which
    scipy's fails or turns complex for rank-deficient sets.
    """
    first, second = one.covariance(), other.covariance()
    values, vectors = np.linalg.eigh(first)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.linalg.eigvalsh(root @ second @ root)
    trace = np.trace(first) + np.trace(second) - 2 * np.sqrt(np.maximum(cross, 0)).sum()
    # Rounding leaves values of 1e-7 below zero for identical sets.
    return float(max(np.sum((one.mean() - other.mean()) ** 2) + trace, 0.0))


def _doubt(images: int) -> str:
    few = images <= FEATURES
    return f"; biased: no more images than the {FEATURES} features, read kid" if few else ""


class FrechetInceptionDistance(Metric):
    """FID of the translated images to the real test images, one value a resize method."""

    def __init__(self, inception: Inception, resizes: list[Resize]) -> None:
        self._inception = inception
        self._statistics = {
            resize: {role: GaussianStatistics() for role in ("translated", "real")} for resize in resizes
        }

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's network and resize methods."""
        return cls(context.inception, context.config.inception.resize)

    def update(self, batch: ScoredBatch) -> None:
        """Take both sets' pooled features in."""
        for resize, sets in self._statistics.items():
            for role, statistics in sets.items():
                statistics.add(self._inception.pooled(batch, role, resize).numpy())

    def values(self) -> list[Value]:
        """`fid@pytorch`, `fid@clean`."""
        return [
            Value(
                f"fid@{resize}",
                frechet_distance(sets["translated"], sets["real"]),
                sets["translated"].count,
                self._inception.label,
                f"{IMPLEMENTATION}, pool3, resize {HOW[resize]}, float64 trace by eigenvalues; against "
                f"{sets['real'].count} real test images{_doubt(sets['translated'].count)}",
            )
            for resize, sets in self._statistics.items()
            if sets["translated"].count
        ]
