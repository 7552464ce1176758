"""What the bundled sets have in common as sources: nothing is read, all is drawn, true matches are known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Generic, Protocol, TypeVar

import numpy as np
from scipy.spatial import cKDTree

from matebit.data.sources.base import Item


class Spec(Protocol):
    """One picture to be drawn."""

    @property
    def id(self) -> str:
        """Names it, and sorts in drawing order within a split."""
        ...

    @property
    def split(self) -> str:
        """train or test."""
        ...

    @property
    def style_name(self) -> str:
        """The name of its style."""
        ...

    @property
    def person(self) -> str:
        """Who it shows; empty where everyone is somebody else."""
        ...


Drawn = TypeVar("Drawn", bound=Spec)


class DrawnSource(Generic[Drawn]):
    """Items of a bundled set, which lack nothing."""

    drawn = True

    def __init__(self, specs: Sequence[Drawn], made_from: str) -> None:
        """`made_from`: a text that all pictures follow from."""
        self._specs = {spec.id: spec for spec in specs}
        self._made_from = made_from

    def items(self) -> list[Item]:
        """Every picture, sorted by id; its origin names its style."""
        return [
            Item(
                spec.id,
                "train" if spec.split == "train" else "test",
                f"drawn in {spec.style_name}",
                style=spec.style_name,
                group=spec.person,
            )
            for spec in sorted(self._specs.values(), key=lambda spec: spec.id)
        ]

    def id_of(self, name: str) -> str:
        """The file name without folder and suffix."""
        return PurePosixPath(name).stem

    def fingerprint(self, item: Item) -> str:
        """All pictures follow from their section of the params and the seed."""
        return self._made_from

    def check(self, item: Item) -> None:
        """A drawing lacks nothing."""


NEAR = 0.1
"""Largest distance in (u, v) of a part at which two pixels still show the same point of a portrait.

Surface coordinates are about 1 per half head height on every part, so this is a twentieth of a
head; a pixel of a 64 px portrait is 0.05 to 0.08."""


def true_matches(
    surface_a: np.ndarray, surface_b: np.ndarray, grid: int, near: float = NEAR
) -> tuple[np.ndarray, np.ndarray]:
    """Where each cell of a grid over picture a lies in picture b.

    surface_a (Sa, Sa, 3), surface_b (Sb, Sb, 3): (part, u, v), NaN where there is no surface.
    Returns matches (grid, grid, 2) float32, x and y in [0, 1] of the pixel of b that shows the
    surface point under the cell's centre in a, and valid (grid, grid) bool: false (and matches 0)
    where a shows no surface or b does not show the point to within `near`. Of equally near
    pixels of b the first in reading order is taken.
    """
    query = surface_a[_centres(grid, surface_a.shape[0])]
    side_b = surface_b.shape[0]
    flat = surface_b.reshape(-1, 3)
    matches = np.zeros((grid * grid, 2), np.float32)
    valid = np.zeros(grid * grid, bool)
    for part in np.unique(query[:, 0][~np.isnan(query[:, 0])]):
        asked = np.flatnonzero(query[:, 0] == part)
        shown = np.flatnonzero(flat[:, 0] == part)
        if len(shown) == 0:
            continue
        tree = cKDTree(flat[shown, 1:])
        distance, nearest = _first_nearest(tree, query[asked, 1:])
        found = distance <= near
        pixel = shown[nearest[found]]
        place = np.stack([pixel % side_b + 0.5, pixel // side_b + 0.5], -1) / side_b
        matches[asked[found]] = place
        valid[asked[found]] = True
    return matches.reshape(grid, grid, 2), valid.reshape(grid, grid)


def _centres(grid: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    # index of the pixel that holds each cell's centre
    line = ((np.arange(grid) + 0.5) / grid * side).astype(int)
    y, x = np.meshgrid(line, line, indexing="ij")
    return y.ravel(), x.ravel()


def _first_nearest(tree: cKDTree, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # the tree answers ties in an order of its own: ask for a few and keep the lowest index
    k = min(4, tree.n)
    distance, index = tree.query(points, k=list(range(1, k + 1)))
    tied = distance == distance[:, :1]
    return distance[:, 0], np.where(tied, index, tree.n).min(1)
