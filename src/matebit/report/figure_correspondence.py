"""The correspondence: query points on the condition, matches on the exemplar, every block's warp."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from matebit.data.spread import spread
from matebit.metrics.pck import cell_centres
from matebit.report.drawing import Drawing, has_correspondence
from matebit.report.experiment import Experiment
from matebit.report.image_grid import picture_grid
from matebit.report.style import PAGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

POINTS = 6
# Seven hues are too many to tell apart on a picture: numbers carry the identity, colour only helps.
_MARKS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")


def query_cells(confidence: np.ndarray, structure: np.ndarray) -> list[tuple[int, int]]:
    """Cells (row, column) spread over the picture: each the farthest from those before it.

    `structure` (h,w) bool says which cells may be taken; `confidence` (h,w) picks the first.
    """
    allowed = np.argwhere(structure if structure.any() else np.ones_like(structure))
    start = int(np.argmax(confidence[tuple(allowed.T)]))
    chosen = [allowed[start]]
    while len(chosen) < min(POINTS, len(allowed)):
        distance = np.min([np.linalg.norm(allowed - cell, axis=1) for cell in chosen], axis=0)
        chosen.append(allowed[int(np.argmax(distance))])
    return [(int(row), int(column)) for row, column in chosen]


def _foreground(experiment: Experiment, item: str, grid: tuple[int, int]) -> np.ndarray:
    """Cells with structure: not background where parsing is known, else all."""
    labels = experiment.labels(item)
    side = experiment.side(item)
    rows = ((np.arange(grid[0]) + 0.5) * side / grid[0]).astype(int)
    columns = ((np.arange(grid[1]) + 0.5) * side / grid[1]).astype(int)
    if labels is None:
        return np.ones(grid, dtype=bool)
    return labels[np.ix_(rows, columns)] > 0


def _mark(axes: Axes, points: np.ndarray, side: int) -> None:
    for place, (x, y) in enumerate(points * side - 0.5):
        axes.plot(x, y, "o", ms=6, mfc=_MARKS[place], mec="white", mew=0.6, clip_on=False)
        axes.text(
            x, y, str(place + 1), color="white", fontsize=4.5, fontweight="bold", ha="center",
            va="center_baseline",
        )  # fmt: skip


def _draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The figure, and which points it shows."""
    method = next(method for method in experiment.methods if experiment.has_matches(method))
    items = spread(experiment.tests, experiment.params.report.correspondence_items)
    rows, marks, shown = [], [], {}
    for item in items:
        matches = experiment.matches(method, item)
        grid = matches.confidence.shape[1:]
        cells = query_cells(matches.confidence[-1], _foreground(experiment, item, grid))
        where = tuple(np.array(cells).T)
        marks.append((cell_centres(*grid)[where], matches.argmax[-1].transpose(1, 2, 0)[where]))
        shown[item] = cells
        rows.append([
            experiment.condition(item), experiment.exemplar(item), *experiment.warped(method, item),
            experiment.confidence(method, item)[-1], experiment.image(experiment.shown(method),
            item),
        ])  # fmt: skip
    blocks = len(rows[0]) - 4
    warps = [f"Warped,\nblock {block + 1}" for block in range(blocks)]
    headings = [
        "Condition\nand queries",
        "Exemplar\nand matches",
        *warps,
        "Confidence,\nlast block",
        "Result",
    ]
    figure = picture_grid(rows, headings, PAGE)
    columns = len(headings)
    for row, (queries, found) in enumerate(marks):
        side = experiment.side(items[row])
        _mark(figure.axes[row * columns], queries, side)
        _mark(figure.axes[row * columns + 1], found, side)
    return figure, {"method": method, "cells": shown}


CORRESPONDENCE = Drawing(
    "Correspondence of the first method. Numbered query points on the condition, the places that "
    "the last block's argmax matches them to on the exemplar, the exemplar warped by every "
    "block, the confidence of the last block, and the result.",
    has_correspondence,
    _draw,
)
