"""Confidence calibration: does the map know which cells have no true match in the exemplar?"""

from __future__ import annotations

import math

import numpy as np

from matebit.metrics.base import NO_FEATURES, Metric, Value
from matebit.metrics.batch import ScoredBatch


def area_under_roc(scores: np.ndarray, positive: np.ndarray) -> float:
    """Chance that a positive cell scores above a negative one, ties counting half.

    NaN without both kinds.
    `scores` (N,) float, `positive` (N,) bool.
    """
    from scipy.stats import rankdata

    positives = int(positive.sum())
    negatives = positive.size - positives
    if not positives or not negatives:
        return math.nan
    # Of float64: scipy 1.18 gives the ranks of float32 scores as float32, too short for pooled cells.
    ranks = rankdata(scores.astype(np.float64))
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))


class ConfidenceCalibration(Metric):
    """Area under ROC of 1 - confidence as a detector of cells without a true match, over all images.

    0.5 is chance. Images are pooled, not averaged, because many have few cells of one kind.
    """

    needs = frozenset({"truth", "matches"})
    protocol = (
        "1 - confidence detects cells without a true match; cells of all images pooled; headline: last block"
    )

    def __init__(self) -> None:
        self._seen: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def update(self, batch: ScoredBatch) -> None:
        """Keep the cells: (L, cells) float32 and (cells,) bool an image."""
        for item in batch.items:
            unsure = batch.inputs.matches(item).unmatched
            _, valid = batch.inputs.true_matches(item, (unsure.shape[1], unsure.shape[2]))
            self._seen[item.id] = (unsure.reshape(len(unsure), -1), ~valid.ravel())

    def values(self) -> list[Value]:
        """`confidence` (last block) and `confidence/blockB`."""
        if not self._seen:
            return []
        cells = [self._seen[name] for name in sorted(self._seen)]
        unmatched = np.concatenate([flags for _, flags in cells])
        blocks = min(len(maps) for maps, _ in cells)
        areas = [
            area_under_roc(np.concatenate([maps[block] for maps, _ in cells]), unmatched)
            for block in range(blocks)
        ]
        named = {f"confidence/block{block + 1}": area for block, area in enumerate(areas)}
        named = {"confidence": areas[-1], **named} if areas else {}
        return [Value(name, area, len(cells), NO_FEATURES, self.protocol) for name, area in named.items()]
