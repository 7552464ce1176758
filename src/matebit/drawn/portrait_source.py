"""The bundled portraits as a source: drawn at whatever size is asked for, with true answers."""

from __future__ import annotations

import numpy as np

from matebit.config.data import DataConfig
from matebit.contracts.faces import parsing_of_labels
from matebit.contracts.parsing import Parsing
from matebit.data.sources.base import Item
from matebit.data.sources.files import Resample
from matebit.drawn.portraits.drawing import geometry, label_map, painted
from matebit.drawn.portraits.landmarks import landmarks
from matebit.drawn.portraits.sets import PortraitSpec, portrait_set
from matebit.drawn.source import DrawnSource, true_matches


class PortraitTruth:
    """True answers and matches between bundled portraits; see `TruthOracle`."""

    def __init__(self, specs: dict[str, PortraitSpec], surface_size: int) -> None:
        self._specs, self._surface_size = specs, surface_size

    def answer(self, condition_id: str, exemplar_id: str, size: int) -> np.ndarray:
        """The shape of the one in the style of the other, uint8 (size,size,3)."""
        shape, style = self._specs[condition_id].shape, self._specs[exemplar_id].style
        return painted(shape, style, size)

    def labels(self, condition_id: str, exemplar_id: str, size: int) -> np.ndarray:
        """The labels of the one: a style moves nothing."""
        return label_map(self._specs[condition_id].shape, size)

    def matches(self, condition_id: str, exemplar_id: str, grid: int) -> tuple[np.ndarray, np.ndarray]:
        """True matches (grid,grid,2), x, y in [0,1], and valid (grid,grid), at `crop_size`."""
        asked, shown = (
            geometry(self._specs[id].shape, self._surface_size).surface for id in (condition_id, exemplar_id)
        )
        return true_matches(asked, shown, grid)


class PortraitSource(DrawnSource[PortraitSpec]):
    """`params.data.portraits`, drawn from the seed of the params."""

    def __init__(self, config: DataConfig, seed: int) -> None:
        made_from = f"{config.portraits.model_dump_json()} seed {seed}"
        super().__init__(portrait_set(config.portraits, seed), made_from)
        self.truth = PortraitTruth(self._specs, config.crop_size)

    def image(self, item: Item, size: int, resample: Resample = "bicubic") -> np.ndarray:
        """The portrait painted at `size`, uint8 (size,size,3); nothing is resized."""
        spec = self._specs[item.id]
        return painted(spec.shape, spec.style, size)

    def parsing(self, item: Item, size: int) -> Parsing:
        """Exact labels and part masks at `size`, from the geometry alone."""
        return parsing_of_labels(label_map(self._specs[item.id].shape, size))

    def body_pose(self, item: Item) -> None:
        """Heads only."""

    def landmarks(self, item: Item) -> np.ndarray:
        """The 68 points, (68,2) x, y in [0,1]."""
        return landmarks(self._specs[item.id].shape)
