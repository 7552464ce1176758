"""From the files of the stages: which images are to be scored, and whether all are there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import numpy as np

from matebit.contracts.bodies import BodyPose
from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.pictures import Pictures
from matebit.contracts.structure import read_joints
from matebit.contracts.translated import COST_FILE, Item, Matches, Translated, read_matches
from matebit.data.sources.base import TruthOracle
from matebit.io.files import read_json
from matebit.io.images import read_rgb
from matebit.pipeline.layout import Layout


class StageFiles:
    """`Inputs` of a batch from `results/NAME`, and from the oracle of a bundled set."""

    def __init__(
        self,
        layout: Layout,
        entries: dict[str, Entry],
        translated: Translated,
        oracle: TruthOracle | None,
    ) -> None:
        self._entries, self.method = entries, translated
        self._oracle, self._pictures, self._layout = oracle, Pictures(layout), layout

    def _side(self, item: Item) -> int:
        return self._entries[item.id].size

    def translated(self, item: Item) -> np.ndarray:
        """The image to be scored, (S,S,3)."""
        return read_rgb(self.method.folder / self.method.images[item])

    def truth(self, item: Item) -> np.ndarray:
        """The oracle's answer, (S,S,3)."""
        if self._oracle is None:
            raise TypeError("this dataset has no true answers")
        return self._oracle.answer(item.id, item.exemplar, self._side(item))

    def _image(self, name: str, side: int) -> np.ndarray:
        return self._pictures.image_at(self._entries[name], side).transpose(1, 2, 0)

    def _labels(self, name: str, side: int) -> np.ndarray:
        labels = self._pictures.parsing_at(self._entries[name], side)
        if labels is None:
            raise TypeError(f"{name} has no parsing map")
        return labels

    def real(self, item: Item) -> np.ndarray:
        """The test image, (S,S,3)."""
        return self._image(item.id, self._side(item))

    def exemplar(self, item: Item) -> np.ndarray:
        """The exemplar at the test images' size, (S,S,3)."""
        return self._image(item.exemplar, self._side(item))

    def parsing(self, item: Item) -> np.ndarray:
        """Labels asked for, (S,S)."""
        return self._labels(item.id, self._side(item))

    def true_parsing(self, item: Item) -> np.ndarray:
        """Labels of the oracle's answer, else those asked for, (S,S)."""
        if self._oracle is None:
            return self.parsing(item)
        return self._oracle.labels(item.id, item.exemplar, self._side(item))

    def exemplar_parsing(self, item: Item) -> np.ndarray:
        """Labels of the exemplar at the test images' size, (S,S)."""
        return self._labels(item.exemplar, self._side(item))

    def edges(self, item: Item) -> np.ndarray:
        """Edges asked for, (S,S), 0 or 255."""
        return self._pictures.edges(self._entries[item.id])

    @cached_property
    def _joints(self) -> dict[str, BodyPose]:
        return read_joints(self._layout)

    def know_joints(self, ids: Iterable[str]) -> bool:
        """Whether the conditions stage knows the joints of every one of these items."""
        return set(ids) <= set(self._joints)

    def joints(self, item: Item) -> tuple[np.ndarray, np.ndarray]:
        """What the conditions stage knows of the item's joints."""
        pose = self._joints[item.id]
        return pose.points, pose.present

    def matches(self, item: Item) -> Matches:
        """What the method matched."""
        return read_matches(self.method.folder, item.id)

    def cost(self) -> dict[str, int]:
        """What the translate stage counted."""
        return read_json(self.method.folder / COST_FILE)

    def true_matches(self, item: Item, grid: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """The oracle's matches on a square grid: (g,g,2) in [0,1], (g,g) valid."""
        if self._oracle is None:
            raise TypeError("this dataset has no true matches")
        if grid[0] != grid[1]:
            raise TypeError(f"true matches are known on square grids, not {grid[0]} x {grid[1]}")
        return self._oracle.matches(item.id, item.exemplar, grid[0])


def read_entries(layout: Layout) -> dict[str, Entry]:
    """Every usable item by id, both splits."""
    return {entry.id: entry for entry in read_catalogue(layout)}
