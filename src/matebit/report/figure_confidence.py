"""Confidence maps of every method and block, beside the condition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.data.spread import spread
from matebit.report.experiment import Experiment
from matebit.report.image_grid import picture_grid
from matebit.report.style import PAGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Confidence of the correspondence, every block: dark blue 0, yellow 1 (cividis). First seed; "
    "items evenly from the test set."
)


def available(experiment: Experiment) -> bool:
    """Whether any method hands on its correspondence."""
    return bool(experiment.tests) and any(map(experiment.has_matches, experiment.methods))


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The maps, and the ids they belong to."""
    items = spread(experiment.tests, min(4, experiment.params.report.grid_items))
    methods = [method for method in experiment.methods if experiment.has_matches(method)]
    headings = ["Condition", "Exemplar"]
    for method in methods:
        blocks = len(experiment.matches(method, items[0]).confidence)
        headings += [f"{method}\nblock {block + 1}" for block in range(blocks)]
    rows = [
        [
            experiment.condition(item),
            experiment.exemplar(item),
            *(plane for method in methods for plane in experiment.confidence(method, item)),
        ]
        for item in items
    ]
    return picture_grid(rows, headings, PAGE), {"items": items, "methods": methods}
