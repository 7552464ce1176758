"""Structure agreement by edges: those found again in the result against those asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context


def edge_agreement(found: np.ndarray, asked: np.ndarray, tolerance: float) -> tuple[float, float, float]:
    """Precision, recall and F1 of boolean edge maps (H,W); an edge counts within `tolerance` pixels.

    Precision: share of found edge pixels with an asked one that near (Euclidean); recall the other
    way round. Two empty maps agree perfectly; one empty map has F1 0.
    """
    from scipy.ndimage import distance_transform_edt

    if not found.any() or not asked.any():
        same = float(not found.any() and not asked.any())
        return same, same, same
    precision = float(np.mean(distance_transform_edt(~asked)[found] <= tolerance))
    recall = float(np.mean(distance_transform_edt(~found)[asked] <= tolerance))
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


class EdgeF1(PerImage):
    """F1 of the edges that `extract` finds in the translated image.

    `extract`: (H,W,3) to (H,W), above 0 on an edge.
    """

    needs = frozenset({"edges"})

    def __init__(self, tolerance: float, extract: Callable[[np.ndarray], np.ndarray]) -> None:
        super().__init__()
        self._tolerance, self._extract = tolerance, extract
        self.protocol = f"extractor of the conditions stage, tolerance {tolerance:g} px, Euclidean"

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's tolerance and extractor."""
        return cls(context.config.edge_tolerance, context.extract_edges)

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`edge_f1`: (B,), 1 where every edge lies where it was asked."""
        scores = [
            edge_agreement(
                self._extract(batch.inputs.translated(item)) > 0,
                batch.inputs.edges(item) > 0,
                self._tolerance,
            )[2]
            for item in batch.items
        ]
        return {"edge_f1": np.array(scores)}
