"""Matching accuracy against the true dense correspondence: PCK and end-point error."""

from __future__ import annotations

from typing import Self

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context


def cell_centres(height: int, width: int) -> np.ndarray:
    """(h,w,2): the (x, y) in [0,1] of the centre of every cell of a token grid."""
    x = (np.arange(width) + 0.5) / width
    y = (np.arange(height) + 0.5) / height
    return np.stack(np.meshgrid(x, y), axis=-1)


def end_point_errors(matched: np.ndarray, true: np.ndarray, valid: np.ndarray) -> np.ndarray:
    """Euclidean distances, in image sides, of `matched` (h,w,2) from `true` (h,w,2), where `valid` (h,w)."""
    return np.linalg.norm(matched[valid] - true[valid], axis=-1)


class MatchingAccuracy(PerImage):
    """PCK at each threshold and mean end-point error of every block, by argmax and soft-argmax.

    `pck@0.1` and `epe` are the last block's argmax; `pck@0.1/soft/block1` names the others; and
    `pck@0.1/equal_position` is the matcher that takes the query's own place, on the same cells.
    """

    needs = frozenset({"truth", "matches"})
    protocol = (
        "cells of the token grid with a true match; distance in image sides; mean of the images' "
        "means; headline: argmax of the last block"
    )

    def __init__(self, thresholds: list[float]) -> None:
        super().__init__()
        self._thresholds = thresholds

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's thresholds."""
        return cls(context.config.pck_thresholds)

    def _scores(self, errors: np.ndarray, suffix: str) -> dict[str, float]:
        scores = {f"pck@{share:g}{suffix}": float(np.mean(errors <= share)) for share in self._thresholds}
        return {**scores, f"epe{suffix}": float(np.mean(errors))}

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """Every named score: (B,); NaN for an image no cell of which has a true match."""
        rows: list[dict[str, float]] = []
        for item in batch.items:
            found = batch.inputs.matches(item)
            blocks, _, *grid = found.argmax.shape
            true, valid = batch.inputs.true_matches(item, (grid[0], grid[1]))
            row: dict[str, float] = {}
            for how, matched in (("argmax", found.argmax), ("soft", found.soft)):
                for block in range(blocks):
                    errors = end_point_errors(matched[block].transpose(1, 2, 0), true, valid)
                    scores = self._scores(errors, "") if valid.any() else {}
                    row |= {f"{name}/{how}/block{block + 1}": score for name, score in scores.items()}
                    if how == "argmax" and block == blocks - 1:
                        row |= scores
            if valid.any():
                own_place = end_point_errors(cell_centres(*grid), true, valid)
                row |= self._scores(own_place, "/equal_position")
            rows.append(row)
        names = dict.fromkeys(name for row in rows for name in row)
        return {name: np.array([row.get(name, np.nan) for row in rows]) for name in names}
