"""Confidence calibration: does the map know which cells have no true match in the exemplar?"""

from __future__ import annotations

import math

import numpy as np

from matebit.metrics.base import NO_FEATURES, Metric, Value
from matebit.metrics.batch import ScoredBatch

_RESAMPLES = 1000
_LEVEL = 0.95


def area_under_roc(scores: np.ndarray, positive: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Chance that a positive cell scores above a negative one, ties half; NaN without both kinds.

    `scores` (N,) float, `positive` (N,) bool, `weights` (N,): how often each cell counts, default once.
    """
    _, rank = np.unique(scores, return_inverse=True)
    return _weighted_area(rank, positive, np.ones(scores.size) if weights is None else weights)


def _weighted_area(rank: np.ndarray, positive: np.ndarray, weights: np.ndarray) -> float:
    above = np.bincount(rank, weights * positive)
    below = np.bincount(rank, weights * ~positive)
    if not above.sum() or not below.sum():
        return math.nan
    return float((above * (np.cumsum(below) - below / 2)).sum() / (above.sum() * below.sum()))


def area_interval(images: list[tuple[np.ndarray, np.ndarray]]) -> tuple[float, float]:
    """Percentile bootstrap over images of the area over their pooled cells: 95 %, 1,000 resamples.

    `images`: scores (N,), flags (N,) of each. Cells of one image are alike, so images are drawn, not cells.
    """
    _, rank = np.unique(np.concatenate([scores for scores, _ in images]), return_inverse=True)
    positive = np.concatenate([flags for _, flags in images])
    owner = np.repeat(np.arange(len(images)), [flags.size for _, flags in images])
    random = np.random.default_rng(0)
    drawn = random.multinomial(len(images), np.full(len(images), 1 / len(images)), _RESAMPLES)
    areas = [_weighted_area(rank, positive, counts[owner].astype(float)) for counts in drawn]
    low, high = np.nanquantile(areas, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    return float(low), float(high)


class ConfidenceCalibration(Metric):
    """Area under ROC of 1 - confidence as a detector of cells without a true match, pooled over images.

    0.5 is chance. Images are pooled, not averaged, because many have few cells of one kind.
    """

    needs = frozenset({"truth", "matches"})
    protocol = (
        "1 - confidence detects cells without a true match; cells of all images pooled; headline: last "
        f"block; low and high: {_LEVEL:.0%} bootstrap interval over images, {_RESAMPLES} resamples"
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
        """`confidence` (last block) with `confidence/low` and `/high`, and `confidence/blockB`."""
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
        if areas and not math.isnan(areas[-1]):
            low, high = area_interval([(maps[blocks - 1], flags) for maps, flags in cells])
            named = {"confidence/low": low, "confidence/high": high, **named}
        named = {"confidence": areas[-1], **named} if areas else {}
        return [Value(name, area, len(cells), NO_FEATURES, self.protocol) for name, area in named.items()]
