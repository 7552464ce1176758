"""The matrix: every shown condition under every shown exemplar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.report.experiment import Experiment
from matebit.report.image_grid import picture_grid
from matebit.report.style import PAGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Every condition (left) under every exemplar (top): structure stays along a row, style along a column. "
    "First method that was asked for such pairs, first seed; conditions evenly from the test set, exemplars "
    "theirs."
)


def _method(experiment: Experiment) -> str | None:
    return next((method for method in experiment.methods if experiment.has_matrix(method)), None)


def available(experiment: Experiment) -> bool:
    """Whether any method translated the pairs (`translate.matrix`)."""
    return _method(experiment) is not None


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The matrix, and the ids of its sides."""
    method = _method(experiment)
    assert method is not None
    cells = experiment.matrix(method)
    conditions = list(dict.fromkeys(condition for condition, _ in cells))
    exemplars = list(dict.fromkeys(exemplar for _, exemplar in cells))
    side = experiment.side(conditions[0])
    rows = [[None, *(experiment.picture(exemplar, side) for exemplar in exemplars)]]
    for condition in conditions:
        rows.append([experiment.condition(condition), *(cells[condition, name] for name in exemplars)])
    headings = ["Condition", *(f"Exemplar {place + 1}" for place in range(len(exemplars)))]
    figure = picture_grid(rows, headings, PAGE, column_breaks=[1], row_breaks=[1])
    return figure, {"method": method, "conditions": conditions, "exemplars": exemplars}
