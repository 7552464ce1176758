"""The bundled figures as a source: people in several poses, with joints and true answers."""

from __future__ import annotations

import numpy as np

from matebit.config.data import DataConfig
from matebit.contracts.bodies import LABEL_SET, BodyPose
from matebit.contracts.parsing import Parsing
from matebit.data.sources.base import Item
from matebit.data.sources.files import Resample
from matebit.drawn.figures.cut import Cut
from matebit.drawn.figures.drawing import geometry, render
from matebit.drawn.figures.keypoints import body_pose
from matebit.drawn.figures.sets import FigureSpec, figure_set
from matebit.drawn.figures.surfaces import NEAR
from matebit.drawn.source import DrawnSource, true_matches


class FigureTruth:
    """True answers and matches between bundled figures; see `TruthOracle`.

    The answer has the stance of the condition and the colours of the exemplar. Its clothes and hair
    are cut as the exemplar's or as the condition's, as `data.figures.clothes_of` says.
    """

    def __init__(self, specs: dict[str, FigureSpec], config: DataConfig) -> None:
        self._specs, self._surface_size = specs, config.crop_size
        self._as_exemplar = config.figures.clothes_of == "exemplar"

    def _cut(self, condition_id: str, exemplar_id: str) -> Cut:
        return self._specs[exemplar_id if self._as_exemplar else condition_id].cut

    def answer(self, condition_id: str, exemplar_id: str, size: int) -> np.ndarray:
        """The stance of the one in the style of the other, uint8 (size,size,3)."""
        stance, style = self._specs[condition_id].stance, self._specs[exemplar_id].style
        return render(stance, self._cut(condition_id, exemplar_id), style, size).image

    def labels(self, condition_id: str, exemplar_id: str, size: int) -> np.ndarray:
        """The labels of the answer, clothes included, uint8 (size,size)."""
        return geometry(self._specs[condition_id].stance, self._cut(condition_id, exemplar_id), size).labels

    def matches(self, condition_id: str, exemplar_id: str, grid: int) -> tuple[np.ndarray, np.ndarray]:
        """Where the cells of the answer lie in the exemplar, see `true_matches`, at `crop_size`."""
        exemplar = self._specs[exemplar_id]
        cut = self._cut(condition_id, exemplar_id)
        asked = geometry(self._specs[condition_id].stance, cut, self._surface_size).surface
        shown = geometry(exemplar.stance, exemplar.cut, self._surface_size).surface
        return true_matches(asked, shown, grid, NEAR)


class FigureSource(DrawnSource[FigureSpec]):
    """`params.data.figures`, drawn from the seed of the params."""

    def __init__(self, config: DataConfig, seed: int) -> None:
        made_from = f"{config.figures.model_dump_json()} seed {seed}"
        super().__init__(figure_set(config.figures, seed), made_from)
        self.truth = FigureTruth(self._specs, config)

    def image(self, item: Item, size: int, resample: Resample = "bicubic") -> np.ndarray:
        """The figure painted at `size`, uint8 (size,size,3); nothing is resized."""
        spec = self._specs[item.id]
        return render(spec.stance, spec.cut, spec.style, size).image

    def parsing(self, item: Item, size: int) -> Parsing:
        """Exact labels at `size`, from the geometry alone."""
        spec = self._specs[item.id]
        return Parsing(geometry(spec.stance, spec.cut, size).labels, LABEL_SET)

    def body_pose(self, item: Item) -> BodyPose:
        """The 18 joints in a picture of 256 px."""
        spec = self._specs[item.id]
        return body_pose(spec.stance, spec.cut)

    def landmarks(self, item: Item) -> None:
        """Bodies have joints instead."""
