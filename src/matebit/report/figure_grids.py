"""The grids of pictures: comparison, more results, matrix, applications, impact, confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.data.spread import spread
from matebit.report.comparison import method_title
from matebit.report.drawing import Drawing, block_series, has_block_series, has_correspondence, has_tests
from matebit.report.experiment import Experiment
from matebit.report.image_grid import picture_grid
from matebit.report.more_results import other_layouts
from matebit.report.style import PAGE

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure

_THREES_ACROSS, _FOURS_ACROSS = 3, 2  # items in a line, of three and of four pictures


def _comparison(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
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


COMPARISON = Drawing(
    "Comparison. Each row: the condition, the exemplar, the exemplar warped by the last block of "
    "the first method, the result of every method (first seed), the control without an exemplar, "
    "and the true answer where it is known. Items are taken evenly from the test set, not chosen.",
    has_tests,
    _comparison,
)


def _others(experiment: Experiment) -> list[Experiment]:
    """The experiments of `report.more_results`, each with its own parameters."""
    from matebit.config.read import read_resolved

    others = other_layouts(experiment.params.report, experiment.layout)
    return [Experiment(read_resolved(layout.params), layout) for layout in others]


def _results(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
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
        for start in range(0, len(threes), _THREES_ACROSS):
            rows.append([picture for three in threes[start : start + _THREES_ACROSS] for picture in three])
            labels.append(one.layout.name if len(shared) > 1 else "")
        shown[one.layout.name] = {"items": items, "method": choice.method}
    across = min(_THREES_ACROSS, max(len(row) for row in rows) // 3)
    headings = ["Condition", "Exemplar", "Result"] * across
    figure = picture_grid(
        rows, headings, PAGE, labels if len(shared) > 1 else (), range(0, 3 * across, 3), breaks
    )
    return figure, {"datasets": shown}


RESULTS = Drawing(
    "More results. Threes of condition, exemplar and result of the first method (first seed), dataset by "
    "dataset. Items are taken evenly from each test set, not chosen.",
    has_tests,
    _results,
)


def _of_matrix(experiment: Experiment) -> str | None:
    return next((method for method in experiment.methods if experiment.has_matrix(method)), None)


def _has_matrix(experiment: Experiment) -> bool:
    """Whether any method translated the pairs (`translate.matrix`)."""
    return _of_matrix(experiment) is not None


def _matrix(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The matrix, and the ids of its sides."""
    method = _of_matrix(experiment)
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


MATRIX = Drawing(
    "Every condition (left) under every exemplar (top): structure stays along a row, style along a column. "
    "First method that was asked for such pairs, first seed; conditions evenly from the test set, exemplars "
    "theirs.",
    _has_matrix,
    _matrix,
)


def photographs(experiment: Experiment) -> list[str]:
    """Test items in the medium `photograph` (the first word of a bundled style), else all of them."""
    found = [item for item in experiment.tests if experiment.medium(item) == "photograph"]
    return found or experiment.tests


def _applications(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """The sheet, and the ids it shows."""
    items = spread(photographs(experiment), experiment.params.report.application_items)
    choice = experiment.shown(experiment.methods[0])
    fours = [
        [
            experiment.picture(item, experiment.side(item)),
            experiment.condition(item),
            experiment.exemplar(item),
            experiment.image(choice, item),
        ]
        for item in items
    ]
    rows = [
        [picture for four in fours[start : start + _FOURS_ACROSS] for picture in four]
        for start in range(0, len(fours), _FOURS_ACROSS)
    ]
    across = min(_FOURS_ACROSS, len(fours))
    headings = ["Photo", "Condition", "Exemplar", "Result"] * across
    figure = picture_grid(rows, headings, PAGE, column_breaks=range(0, 4 * across, 4))
    return figure, {"items": items, "method": choice.method}


APPLICATIONS = Drawing(
    "Applications. A test image, the condition extracted from it, the exemplar, and the result of the first "
    "method (first seed): the photo's structure painted as the exemplar is. Where the data say which images "
    "are photographs, only these are shown; items evenly from the test set.",
    has_tests,
    _applications,
)


def _impact(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
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


IMPACT = Drawing(
    "Impacts of MAT. Each row: condition, exemplar, the results of the network with so many blocks of the "
    "masked and adaptive transformer and everything else equal (first seed), and the true answer where it is "
    "known. Items are taken evenly from the test set, not chosen.",
    has_block_series,
    _impact,
)


def _confidence(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
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


CONFIDENCE = Drawing(
    "Confidence of the correspondence, every block: dark blue 0, yellow 1 (cividis). First seed; "
    "items evenly from the test set.",
    has_correspondence,
    _confidence,
)
