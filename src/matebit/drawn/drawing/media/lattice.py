"""Jittered centres of dabs and tiles: the same at every size of a picture."""

from collections.abc import Iterator

import numpy as np

from matebit.drawn.drawing.layers import Window


class Lattice:
    """One centre in each of across x across cells of a picture of n x n points, and a rim around.

    cell: side of a cell, in points; side: cells a side, rim included
    x, y: (side, side) float32 positions of the centres, in points
    at: index arrays of the points under the centres, moved inside the picture
    """

    def __init__(self, n: int, across: int, rng: np.random.Generator, margin: float) -> None:
        self.cell = n / across
        self.side = across + 2
        jitter = rng.uniform(margin, 1 - margin, (2, self.side, self.side))
        corner = np.arange(self.side) - 1.0
        self.y = ((corner[:, None] + jitter[0]) * self.cell).astype(np.float32)
        self.x = ((corner[None, :] + jitter[1]) * self.cell).astype(np.float32)
        self.at = tuple(np.clip(c, 0, n - 1).astype(int) for c in (self.y, self.x))
        self._own = ((np.arange(n) + 0.5) / self.cell).astype(int)

    def neighbours(self, window: Window) -> Iterator[np.ndarray]:
        """For each of the nine cells around a window's points: its number, (H, W), into raveled arrays."""
        rows, columns = window
        for dy in range(3):
            for dx in range(3):
                yield (self._own[rows] + dy)[:, None] * self.side + (self._own[columns] + dx)[None, :]
