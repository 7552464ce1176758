"""More results: condition, exemplar, result of many test items, dataset by dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.data.spread import spread
from matebit.report.experiment import Experiment
from matebit.report.image_grid import picture_grid
from matebit.report.more_results import other_layouts
from matebit.report.style import PAGE

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

CAPTION = (
    "More results. Threes of condition, exemplar and result of the first method (first seed), dataset by "
    "dataset. Items are taken evenly from each test set, not chosen."
)
_ACROSS = 3  # threes in a line


def available(experiment: Experiment) -> bool:
    """Whether there is a test item."""
    return bool(experiment.tests)


def _others(experiment: Experiment) -> list[Experiment]:
    """The experiments of `report.more_results`, each with its own parameters."""
    from matebit.config.resolved import read_resolved

    others = other_layouts(experiment.params.report, experiment.layout)
    return [Experiment(read_resolved(layout.params), layout) for layout in others]


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The sheet, and what each dataset shows."""
    rows: list[list[np.ndarray | None]] = []
    labels: list[str] = []
    breaks: list[int] = []
    shown: dict[str, Any] = {}
    shared = [experiment, *_others(experiment)]
    for one in shared:
        items = spread(one.tests, experiment.params.report.results_items)
        choice = one.shown(one.methods[0])
        threes = [[one.condition(item), one.exemplar(item), one.image(choice, item)] for item in items]
        breaks.append(len(rows))
        for start in range(0, len(threes), _ACROSS):
            rows.append([picture for three in threes[start : start + _ACROSS] for picture in three])
            labels.append(one.layout.name if len(shared) > 1 else "")
        shown[one.layout.name] = {"items": items, "method": choice.method}
    across = min(_ACROSS, max(len(row) for row in rows) // 3)
    headings = ["Condition", "Exemplar", "Result"] * across
    figure = picture_grid(
        rows, headings, PAGE, labels if len(shared) > 1 else (), range(0, 3 * across, 3), breaks
    )
    return figure, {"datasets": shown}
