"""Kernel inception distance (Bińkowski et al. 2018): unbiased, so fit for small test sets."""

from __future__ import annotations

from typing import Self

import numpy as np

from matebit.config.metrics import InceptionConfig
from matebit.metrics.base import Metric, Value
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context
from matebit.metrics.inception import HOW, IMPLEMENTATION, Inception, Resize


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
