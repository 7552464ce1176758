"""Semantic consistency (Zhang et al.

2020, CoCosNet): deep features of the result against the ground truth.
"""

from __future__ import annotations

from typing import Self

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import Batch
from matebit.metrics.context import Context

LEVELS = ("r32", "r42", "r52")


class SemanticConsistency(PerImage):
    """Cosine of the channel vectors at each position, mean over positions, then over the three
    levels.
    """

    def __init__(self, features_label: str, truth_known: bool) -> None:
        super().__init__()
        self.features_label = features_label
        against = "true answer" if truth_known else "image that the condition was taken from"
        self.protocol = f"relu3_2, relu4_2, relu5_2; cosine at each position, mean; against the {against}"

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the name of the context's features."""
        return cls(context.features_label, context.truth_known)

    def features(self, batch: Batch) -> dict[str, np.ndarray]:
        """`semantic`: (B,), 1 for equal images."""
        from torch.nn.functional import cosine_similarity

        one, other = batch.features("translated"), batch.features("ground_truth")
        levels = [
            cosine_similarity(one[level].double(), other[level].double(), dim=1).mean(dim=(1, 2))
            for level in LEVELS
        ]
        return {"semantic": (sum(levels[1:], levels[0]) / len(levels)).numpy()}
