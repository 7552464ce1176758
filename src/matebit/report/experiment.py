"""One experiment as the report reads it, when asked: items, pictures, correspondences by method."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from matebit.config.controls import CONTROLS, CONTROLS_RUN
from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.label_sets import labels_of
from matebit.contracts.parsing import IGNORED
from matebit.contracts.pictures import Pictures
from matebit.contracts.training import CURVES_FILE, SUMMARY_FILE
from matebit.contracts.translated import MATRIX_COLUMNS, TRANSLATED_COLUMNS, Matches, read_matches
from matebit.data.conditions.view import condition_view
from matebit.data.sources.base import TruthOracle
from matebit.data.sources.registry import open_source
from matebit.errors import MatebitError
from matebit.io.files import read_json
from matebit.io.images import read_plane, read_rgb
from matebit.io.tables import read_table
from matebit.pipeline.layout import Layout
from matebit.pipeline.runs import given_images, seeds_of

if TYPE_CHECKING:
    from matebit.config.stage_params import ReportParams


@dataclass(frozen=True)
class Choice:
    """Which images of a method are shown: those of its first seed; controls have only one."""

    method: str
    seed: int


class Experiment:
    """Reads `results/NAME`; every picture is uint8 (S,S,3) at the side of the test images."""

    def __init__(self, params: ReportParams, layout: Layout) -> None:
        self.params, self.layout = params, layout
        self._pictures = Pictures(layout)
        self._index = lru_cache(maxsize=None)(self._read_index)

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """Every usable item by id."""
        return {entry.id: entry for entry in read_catalogue(self.layout)}

    @cached_property
    def tests(self) -> list[str]:
        """Ids of the test items, sorted."""
        return sorted(name for name, entry in self.entries.items() if entry.split == "test")

    @property
    def methods(self) -> list[str]:
        """The methods, in the order of the params file."""
        return list(self.params.order)

    @property
    def trained(self) -> list[str]:
        """The methods that were trained here; of the others only images are known."""
        given = given_images(self.params)
        return [method for method in self.methods if method not in given]

    @cached_property
    def controls(self) -> list[str]:
        """The controls that have images."""
        return [
            name
            for name in CONTROLS
            if (self.layout.run(name, CONTROLS_RUN[1]).translate / "index.csv").exists()
        ]

    @property
    def scored(self) -> list[tuple[str, int]]:
        """Every (method, seed) with a table of values; the controls share one."""
        runs = [(method, seed) for method in self.methods for seed in seeds_of(self.params, method)]
        return [*runs, *([CONTROLS_RUN] if self.controls else [])]

    def shown(self, method: str) -> Choice:
        """The seed whose images stand for the method."""
        return Choice(method, CONTROLS_RUN[1] if method in CONTROLS else seeds_of(self.params, method)[0])

    def _read_index(self, choice: Choice) -> dict[str, tuple[str, str]]:
        path = self.layout.run(choice.method, choice.seed).translate / "index.csv"
        table = read_table(path, TRANSLATED_COLUMNS, numbers=["rank"])
        table = table[table["rank"] == self.params.pairs.rank]
        return {row.id: (row.image, row.exemplar) for row in table.itertuples()}

    def side(self, item: str) -> int:
        """Side of the item's test image in pixels."""
        return self.entries[item].size

    def image_path(self, choice: Choice, item: str) -> str:
        """The translated image's file, relative to `results/NAME`."""
        folder = self.layout.run(choice.method, choice.seed).translate
        try:
            name = self._index(choice)[item][0]
        except KeyError as error:
            raise MatebitError(
                f"{folder}/index.csv lacks the test item {item}; run translate again"
            ) from error
        return (folder / name).relative_to(self.layout.results).as_posix()

    def image(self, choice: Choice, item: str) -> np.ndarray:
        """The translated image."""
        return read_rgb(self.layout.results / self.image_path(choice, item))

    def exemplar_of(self, item: str) -> str:
        """The id of the exemplar that every method was given for the item."""
        return self._index(self.shown(self.methods[0]))[item][1]

    def exemplar(self, item: str) -> np.ndarray:
        """The picture of the item's exemplar."""
        return self.picture(self.exemplar_of(item), self.side(item))

    def picture(self, item: str, side: int) -> np.ndarray:
        """The picture of any item of the data at `side`."""
        return self._pictures.image_at(self.entries[item], side).transpose(1, 2, 0)

    def medium(self, item: str) -> str:
        """The first word of a bundled item's style (oil, ink, photograph, ...); "" where unknown."""
        return self.entries[item].style.partition("-")[0]

    def condition(self, item: str) -> np.ndarray:
        """What was asked for, to be looked at.

        A pose as its skeleton, else dark edges on light label colours, or on white where there are none.
        """
        kind = self.params.conditions.kind
        if kind == "pose":
            asked = self._pictures.condition_at(self.entries[item], self.side(item))
            return condition_view(asked, kind, ())
        edges = self._pictures.edges(self.entries[item]) > 0
        labels = self.labels(item)
        colours = np.full((*edges.shape, 3), 255, dtype=np.uint8)
        if labels is not None:
            known = labels_of(self.params.data)
            palette = np.array(known.palette, dtype=np.uint8).reshape(-1, 3)
            palette = (0.45 * palette + 0.55 * 255).astype(np.uint8)
            palette[0] = 246  # background: nearly the paper
            colours = palette[np.minimum(labels, len(palette) - 1)]
            colours[labels == IGNORED] = 255
        colours[edges] = 40
        return colours

    def labels(self, item: str) -> np.ndarray | None:
        """The parsing map asked for, (S,S), where the source has one."""
        return self._pictures.parsing_at(self.entries[item], self.side(item))

    def _matrix_folder(self, method: str) -> Path:
        choice = self.shown(method)
        return self.layout.run(method, choice.seed).translate / "matrix"

    def has_matrix(self, method: str) -> bool:
        """Whether the method translated every pair of a few conditions and exemplars."""
        return (self._matrix_folder(method) / "index.csv").exists()

    def matrix(self, method: str) -> dict[tuple[str, str], np.ndarray]:
        """(condition, exemplar) -> the translation, row by row."""
        folder = self._matrix_folder(method)
        table = read_table(folder / "index.csv", MATRIX_COLUMNS)
        return {(row.condition, row.exemplar): read_rgb(folder / row.image) for row in table.itertuples()}

    def has_matches(self, method: str) -> bool:
        """Whether the method hands on its correspondence (one without blocks has none)."""
        choice = self.shown(method)
        return (self.layout.run(method, choice.seed).translate / "matches").is_dir()

    def matches(self, method: str, item: str) -> Matches:
        """The item's correspondence of every block."""
        choice = self.shown(method)
        return read_matches(self.layout.run(method, choice.seed).translate, item)

    def warped(self, method: str, item: str) -> list[np.ndarray]:
        """The warped exemplar of every block, (h,w,3) on the token grid."""
        choice = self.shown(method)
        folder = self.layout.run(method, choice.seed).translate / "warp"
        blocks = len(self.matches(method, item).confidence)
        return [read_rgb(folder / f"{item}_block{block}.png") for block in range(blocks)]

    def confidence(self, method: str, item: str) -> list[np.ndarray]:
        """The confidence map of every block, (h,w), 255 = 1."""
        choice = self.shown(method)
        folder = self.layout.run(method, choice.seed).translate / "confidence"
        blocks = len(self.matches(method, item).confidence)
        return [read_plane(folder / f"{item}_block{block}.png") for block in range(blocks)]

    @cached_property
    def _oracle(self) -> TruthOracle | None:
        return open_source(self.params.data, self.params.seed).truth

    def true_matches(self, item: str, grid: tuple[int, int]) -> tuple[np.ndarray, np.ndarray] | None:
        """True (x, y) of cells (h,w,2) and which have one (h,w), where the source knows."""
        if self._oracle is None or grid[0] != grid[1]:
            return None
        return self._oracle.matches(item, self.exemplar_of(item), grid[0])

    def summary(self, method: str) -> dict:
        """What training says of the method's first seed; empty if it was not trained."""
        path = self.layout.run(method, self.params.seeds[0]).train / SUMMARY_FILE
        return read_json(path) if path.exists() else {}

    def curves(self, method: str, seed: int) -> pd.DataFrame:
        """The training log, a row a logged step."""
        path = self.layout.run(method, seed).train / CURVES_FILE
        if not path.exists():
            raise MatebitError(f"{path} does not exist; run `matebit train` for {method}")
        try:
            return pd.read_json(path, lines=True)
        except ValueError as error:
            raise MatebitError(f"{path} is not a log of JSON lines ({error})") from error
