"""Impacts of MAT: the same test items with no block, one block, two, ..."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.data.spread import spread
from matebit.report.block_series import block_series
from matebit.report.experiment import Experiment
from matebit.report.image_grid import picture_grid
from matebit.report.style import PAGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Impacts of MAT. Each row: condition, exemplar, the results of the network with so many blocks of the "
    "masked and adaptive transformer and everything else equal (first seed), and the true answer where it is "
    "known. Items are taken evenly from the test set, not chosen."
)


def available(experiment: Experiment) -> bool:
    """Whether methods differ in their number of blocks alone."""
    return bool(experiment.tests) and bool(block_series(experiment.params.methods, experiment.methods))


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The grid of the first series, and the ids it shows."""
    name, methods = next(iter(block_series(experiment.params.methods, experiment.methods).items()))
    items = spread(experiment.tests, experiment.params.report.impact_items)
    truth = ["truth"] if "truth" in experiment.controls else []
    compared = [*methods.values(), *truth]
    rows = [
        [
            experiment.condition(item),
            experiment.exemplar(item),
            *(experiment.image(experiment.shown(method), item) for method in compared),
        ]
        for item in items
    ]
    counted = ["No block" if blocks == 0 else f"{blocks} block{'s'[: blocks > 1]}" for blocks in methods]
    headings = ["Condition", "Exemplar", *counted, *("Truth" for _ in truth)]
    breaks = [2, *([2 + len(methods)] if truth else [])]
    shows = {"items": items, "series": name, "methods": {str(k): v for k, v in methods.items()}}
    return picture_grid(rows, headings, PAGE, column_breaks=breaks), shows
