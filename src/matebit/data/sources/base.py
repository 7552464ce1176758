"""What every source offers to the stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np

from matebit.contracts.bodies import BodyPose
from matebit.contracts.parsing import Parsing
from matebit.data.alignment import Alignment
from matebit.data.sources.files import Resample

Split = Literal["train", "test"]


@dataclass(frozen=True)
class Item:
    """One image of a source.

    `id` names files and sorts tables; `origin` says where it came from, relative to the root;
    `style` and `group` (identity) are empty where unknown; `alignment`: how its face is brought to the
    frame of CelebA-HQ, where the params ask for that.
    """

    id: str
    split: Split
    origin: str
    style: str = ""
    group: str = ""
    alignment: Alignment | None = None


class TruthOracle(Protocol):
    """What a bundled set knows and no real one does. Only metrics may ask, never training."""

    def answer(self, condition_id: str, exemplar_id: str, size: int) -> np.ndarray:
        """The true translation, uint8 (size,size,3): structure of the one, style of the other."""
        ...

    def labels(self, condition_id: str, exemplar_id: str, size: int) -> np.ndarray:
        """The label map of the true translation, uint8 (size,size)."""
        ...

    def matches(self, condition_id: str, exemplar_id: str, grid: int) -> tuple[np.ndarray, np.ndarray]:
        """True matches of the condition's cells (grid,grid,2), x, y in [0,1]; valid (grid,grid)."""
        ...


class Source(Protocol):
    """A set of images with what is known of each.

    A reading method raises `BrokenImage` with one sentence where an item cannot be used. Files are
    read anew at each call; nothing is cached, so that a source is cheap to open in every process.
    """

    drawn: bool
    """Images are drawn at the size that is asked for: there is no original to resize."""

    truth: TruthOracle | None
    """True answers and matches, for bundled sets."""

    def items(self) -> list[Item]:
        """Every item, sorted by id, those of absent files included."""
        ...

    def fingerprint(self, item: Item) -> str:
        """A text that changes whenever what is read of the item does; cheap (sizes, times)."""
        ...

    def check(self, item: Item) -> None:
        """Raise `BrokenImage` where a file that must go with the image is absent."""
        ...

    def image(self, item: Item, size: int, resample: Resample = "bicubic") -> np.ndarray:
        """The whole picture as uint8 (size,size,3) RGB, upright."""
        ...

    def parsing(self, item: Item, size: int) -> Parsing | None:
        """Labels and part masks at `size`, resized nearest; None where the source has none."""
        ...

    def landmarks(self, item: Item) -> np.ndarray | None:
        """Landmarks (68,2) x, y in [0,1]; None where the source has none."""
        ...

    def body_pose(self, item: Item) -> BodyPose | None:
        """The body's 18 joints, in px of the original; None where the source has none."""
        ...

    def id_of(self, name: str) -> str:
        """The id of an item that a list names by its file name or path."""
        ...
