"""The comparison grid: condition, exemplar, warped exemplar, each method, truth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.data.spread import spread
from matebit.report.comparison import method_title
from matebit.report.experiment import Experiment
from matebit.report.image_grid import picture_grid
from matebit.report.style import PAGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Comparison. Each row: the condition, the exemplar, the exemplar warped by the last block of "
    "the first method, the result of every method (first seed), the control without an exemplar, "
    "and the true answer where it is known. Items are taken evenly from the test set, not chosen."
)


def available(experiment: Experiment) -> bool:
    """Whether there is a test item."""
    return bool(experiment.tests)


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The grid, and the ids it shows."""
    items = spread(experiment.tests, experiment.params.report.grid_items)
    warping = next((method for method in experiment.methods if experiment.has_matches(method)), None)
    compared = [
        *experiment.methods,
        *(name for name in ("label_mean", "truth") if name in experiment.controls),
    ]
    headings = ["Condition", "Exemplar", *(["Warped\nexemplar"] if warping else [])]
    headings += [_heading(method) for method in compared]
    rows = []
    for item in items:
        row = [experiment.condition(item), experiment.exemplar(item)]
        if warping:
            row.append(experiment.warped(warping, item)[-1])
        row += [experiment.image(experiment.shown(method), item) for method in compared]
        rows.append(row)
    shows = {"items": items, "methods": compared, "warped_by": warping}
    return picture_grid(rows, headings, PAGE), shows


def _heading(method: str) -> str:
    return {"truth": "Truth", "label_mean": "No\nexemplar"}.get(method, method_title(method))
