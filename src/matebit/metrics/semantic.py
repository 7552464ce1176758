"""Semantic consistency (Zhang et al. 2020, CoCosNet): deep features against those of the truth."""

from __future__ import annotations

from typing import Self

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context


class SemanticConsistency(PerImage):
    """Cosine of the channel vectors at each position, the mean over positions and the last three levels."""

    def __init__(self, levels: tuple[str, ...], features_label: str, truth_known: bool) -> None:
        super().__init__()
        self._levels = levels[-3:]
        self.features_label = features_label
        against = "true answer" if truth_known else "image that the condition was taken from"
        self.protocol = f"{', '.join(self._levels)}; cosine at each position, mean; against the {against}"

    @classmethod
    def build(cls, context: Context) -> Self:
        """On the context's features."""
        return cls(context.levels, context.features_label, context.truth_known)

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`semantic`: (B,), 1 for equal images."""
        from torch.nn.functional import cosine_similarity

        one, other = batch.features("translated"), batch.features("ground_truth")
        levels = [
            cosine_similarity(one[level].double(), other[level].double(), dim=1).mean(dim=(1, 2))
            for level in self._levels
        ]
        return {"semantic": (sum(levels[1:], levels[0]) / len(levels)).numpy()}
