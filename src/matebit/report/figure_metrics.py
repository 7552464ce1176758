"""The headline metrics of every method as points with intervals: the comparison table drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.contracts.measures import kind_of
from matebit.report.comparison import Column, Table, comparison_table
from matebit.report.drawing import Drawing, has_tests
from matebit.report.experiment import Experiment
from matebit.report.scores import read_scores
from matebit.report.style import COLOURS, PAGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLUMNS = 4


def _panel(axes: Axes, table: Table, column: Column, trained: list[str]) -> None:
    rows = list(reversed(table.rows))
    for height, row in enumerate(rows):
        cell = table.cell(row, column)
        if cell is None or cell.mean == float("inf"):
            continue
        own = row.method in trained and not row.suffix
        colour = COLOURS[trained.index(row.method) % len(COLOURS)] if own else "#777777"
        if cell.interval:
            axes.plot(cell.interval, (height, height), color=colour, lw=1.4, solid_capstyle="butt")
        axes.plot(cell.mean, height, "o", ms=3.6, mfc=colour if own else "white", mec=colour, mew=0.9)
    arrow = {"higher": "→", "lower": "←", "neither": ""}[column.info.better]
    axes.set_title(f"{column.info.title} {arrow}", loc="left")
    axes.set_yticks(range(len(rows)), [row.title for row in rows])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.grid(axis="y", visible=False)
    axes.locator_params(axis="x", nbins=4)
    axes.margins(x=0.12)


def _draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """A panel a metric, and their names."""
    import matplotlib.pyplot as plt

    config = experiment.params.report
    scores = read_scores(experiment.layout, experiment.scored)
    table = comparison_table(scores, experiment.methods, experiment.controls, config, experiment.params.seed)
    columns = [column for column in table.columns if kind_of(column.metric) != "psnr"]
    lines = max(1, -(-len(columns) // _COLUMNS))
    height = lines * (0.14 * len(table.rows) + 0.42) + 0.05
    figure, axes = plt.subplots(
        lines, _COLUMNS, figsize=(PAGE, height), squeeze=False, sharey=True, layout="constrained"
    )
    for panel, column in zip(axes.flat, columns, strict=False):
        _panel(panel, table, column, experiment.methods)
    for panel in axes.flat[len(columns) :]:
        panel.axis("off")
    return figure, {
        "metrics": [column.metric for column in columns],
        "rows": [row.title for row in table.rows],
    }


METRICS = Drawing(
    "The comparison table as points: mean over seeds, 95 % bootstrap interval over test images. "
    "The arrow points to the better side; filled: trained methods, open: controls.",
    has_tests,
    _draw,
)
