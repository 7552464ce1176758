"""Inception score (Salimans et al. 2016)."""

from __future__ import annotations

from typing import Self

import numpy as np

from matebit.config.metrics import InceptionConfig
from matebit.metrics.base import Metric, Value
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context
from matebit.metrics.inception import HOW, IMPLEMENTATION, Inception, Resize

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
