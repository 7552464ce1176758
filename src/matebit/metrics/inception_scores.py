"""Scores of a set by Inception's features: FID, KID, and the Inception Score."""

from __future__ import annotations

from typing import Self

import numpy as np

from matebit.config.metrics import InceptionConfig
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


def squared_mmd(one: np.ndarray, other: np.ndarray) -> float:
    """Unbiased squared maximum mean discrepancy of (m,d) and (m,d).

    Kernel (x.y/d + 1)^3.
    """
    count, width = one.shape

    def kernel(left: np.ndarray, right: np.ndarray) -> np.ndarray:
        return (left @ right.T / width + 1) ** 3

    within = [kernel(x, x) for x in (one, other)]
    unbiased = sum((gram.sum() - np.trace(gram)) / (count * (count - 1)) for gram in within)
    return float(unbiased - 2 * kernel(one, other).mean())


def mean_squared_mmd(one: np.ndarray, other: np.ndarray, config: InceptionConfig) -> tuple[float, str]:
    """The mean of `squared_mmd` over seeded subsets of two sets (N,d), and which subsets those are."""
    size = min(config.kid_subset, len(one))
    random = np.random.default_rng(config.seed)
    # The whole set at once has only one subset.
    draws = config.kid_subsets if size < len(one) else 1
    distances = [
        squared_mmd(*(x[random.choice(len(x), size, replace=False)] for x in (one, other)))
        for _ in range(draws)
    ]
    return float(np.mean(distances)), f"{draws} subsets of {size}, seed {config.seed}"


class KernelInceptionDistance(Metric):
    """KID x1000 of the translated images to the real test images, mean over seeded subsets."""

    def __init__(self, inception: Inception, config: InceptionConfig) -> None:
        self._inception, self._config = inception, config
        self._seen: dict[Resize, dict[str, dict[str, np.ndarray]]] = {
            resize: {"translated": {}, "real": {}} for resize in config.resize
        }

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's network and settings."""
        return cls(context.inception, context.config.inception)

    def update(self, batch: ScoredBatch) -> None:
        """Keep each image's pooled features, 8 kB an image."""
        for resize, sets in self._seen.items():
            for role, seen in sets.items():
                features = self._inception.pooled(batch, role, resize).numpy()
                seen.update(zip((item.id for item in batch.items), features, strict=True))

    def _value(self, resize: Resize) -> Value | None:
        one, other = (
            np.array([seen[name] for name in sorted(seen)], dtype=np.float64)
            for seen in self._seen[resize].values()
        )
        if min(self._config.kid_subset, len(one)) < 2:
            return None
        distance, subsets = mean_squared_mmd(one, other, self._config)
        protocol = (
            f"{IMPLEMENTATION}, pool3, resize {HOW[resize]}; {subsets}; against {len(other)} real test images"
        )
        return Value(
            f"kid@{resize}",
            1000 * distance,
            len(one),
            self._inception.label,
            protocol,
        )

    def values(self) -> list[Value]:
        """`kid@pytorch`, `kid@clean`."""
        return [value for resize in self._seen if (value := self._value(resize))]


ENOUGH = 5000


def inception_score(probabilities: np.ndarray) -> float:
    """exp of the rows' (N,classes) mean Kullback-Leibler divergence from their mean; 1 to classes."""
    marginal = probabilities.mean(axis=0, keepdims=True)
    tiny = np.finfo(np.float64).tiny
    terms = probabilities * (np.log(np.maximum(probabilities, tiny)) - np.log(np.maximum(marginal, tiny)))
    return float(np.exp(terms.sum(axis=1).mean()))


class InceptionScore(Metric):
    """Mean of the score over equal splits of the translated images, in a seeded order."""

    def __init__(self, inception: Inception, config: InceptionConfig) -> None:
        self._inception, self._config = inception, config
        self._resize: Resize = config.resize[0]
        self._seen: dict[str, np.ndarray] = {}

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's network and settings."""
        return cls(context.inception, context.config.inception)

    def update(self, batch: ScoredBatch) -> None:
        """Keep each image's class probabilities."""
        rows = self._inception.probabilities(batch, "translated", self._resize).numpy()
        self._seen.update(zip((item.id for item in batch.items), rows, strict=True))

    def values(self) -> list[Value]:
        """`inception_score`; its protocol says where the set is too small for a meaning."""
        if not self._seen:
            return []
        rows = np.array([self._seen[name] for name in sorted(self._seen)])
        order = np.random.default_rng(self._config.seed).permutation(len(rows))
        splits = min(self._config.splits, len(rows))
        score = float(np.mean([inception_score(part) for part in np.array_split(rows[order], splits)]))
        doubt = "" if len(rows) >= ENOUGH else f"; not meaningful below {ENOUGH} images"
        protocol = (
            f"{IMPLEMENTATION}, {splits} splits, resize {HOW[self._resize]}, seed {self._config.seed}{doubt}"
        )
        return [Value("inception_score", score, len(rows), self._inception.label, protocol)]
