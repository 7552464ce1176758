"""Near and far from what a checkpoint was trained on, in one sentence."""

from __future__ import annotations

import cv2
import numpy as np

from matebit.contracts.seen import Neighbourhood, Seen
from matebit.features.described import Describer


class Distances:
    """Says what lies far from the conditions and exemplars of a training."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._describe = Describer("how far a picture lies from what the checkpoint was trained on")

    def of_condition(self, view: np.ndarray, what: str) -> str | None:
        """`view`: a condition as a picture, uint8 (S,S,3); `what` begins the sentence."""
        return self._said(view, self._seen.conditions, f"{what} lie")

    def of_exemplar(self, pixels: np.ndarray, what: str) -> str | None:
        """`pixels`: as the network sees it, uint8 (S,S,3)."""
        return self._said(pixels, self._seen.exemplars, f"{what} lies")

    def _said(self, pixels: np.ndarray, near: Neighbourhood, what: str) -> str | None:
        side = self._seen.side
        if pixels.shape[0] != side:
            pixels = cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA)
        [distance] = near.distances(self._describe([pixels]))
        if distance <= near.limit:
            return None
        return (
            f"{what} far from what this checkpoint was trained on (distance {distance:.2f}, and "
            f"{near.limit:.2f} is the limit): a poor result is then no fault of the picture"
        )
