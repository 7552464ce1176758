"""Every metric against the number of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from matebit.report.comparison import Column, Table, comparison_table
from matebit.report.drawing import Drawing, block_series, has_block_series
from matebit.report.experiment import Experiment
from matebit.report.scores import read_scores
from matebit.report.style import COLOURS, DASHES, PAGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.container import ErrorbarContainer
    from matplotlib.figure import Figure

_COLUMNS = 4
_MARKERS = "os^Dv"


def _line(axes: Axes, table: Table, column: Column, methods: dict[int, str], place: int) -> ErrorbarContainer:
    """One series in one panel, without the numbers of blocks whose methods lack the metric."""
    rows = {row.method: row for row in table.rows if not row.suffix}
    found = {
        blocks: cell
        for blocks, method in methods.items()
        if method in rows and (cell := table.cell(rows[method], column)) and np.isfinite(cell.mean)
    }
    colour = COLOURS[place % len(COLOURS)]
    blocks, means = list(found), np.array([cell.mean for cell in found.values()])
    ends = np.array([cell.interval or (cell.mean, cell.mean) for cell in found.values()]).reshape(-1, 2)
    spread = np.array([cell.deviation or 0.0 for cell in found.values()])
    axes.errorbar(blocks, means, yerr=spread, fmt="none", ecolor=colour, elinewidth=3, alpha=0.3)
    return axes.errorbar(
        blocks, means, yerr=np.abs(ends.T - means), color=colour, ls=DASHES[place % len(DASHES)],
        marker=_MARKERS[place % len(_MARKERS)], ms=3.2, lw=1.1, elinewidth=0.8, capsize=1.6, capthick=0.8,
    )  # fmt: skip


def _differs(table: Table, column: Column) -> bool:
    """Whether a panel would say anything: a number of the training alone is the same for all."""
    means = {cell.mean for row in table.rows if not row.suffix and (cell := table.cell(row, column))}
    return len(means) > 1


def _draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """A panel a metric; and the series, metrics and methods shown."""
    import matplotlib.pyplot as plt

    series = block_series(experiment.params.methods, experiment.methods)
    config = experiment.params.report
    scores = read_scores(experiment.layout, experiment.scored)
    compared = [method for methods in series.values() for method in methods.values()]
    table = comparison_table(scores, compared, [], config, experiment.params.seed)
    columns = [column for column in table.columns if _differs(table, column)]
    lines = max(1, -(-len(columns) // _COLUMNS))
    figure, axes = plt.subplots(
        lines, _COLUMNS, figsize=(PAGE, 1.25 * lines + 0.3), squeeze=False, sharex=True, layout="constrained"
    )
    numbers = sorted({blocks for methods in series.values() for blocks in methods})
    handles = {}
    for panel, column in zip(axes.flat, columns, strict=False):
        for place, (name, methods) in enumerate(series.items()):
            handles[name] = _line(panel, table, column, methods, place)
        panel.set_title(f"{column.info.title} {column.info.arrow}", loc="left")
        panel.set_xticks(numbers)
        panel.tick_params(labelbottom=True)
        panel.set_xlim(numbers[0] - 0.4, numbers[-1] + 0.4)
        panel.locator_params(axis="y", nbins=4)
    for panel in axes.flat[len(columns) :]:
        panel.axis("off")
    figure.supxlabel("number of blocks", fontsize=7)
    if len(series) > 1:
        # A container of error bars is as good as a line here, but is not declared to be an artist.
        drawn: Any = list(handles.values())
        figure.legend(drawn, list(handles), loc="outside upper center", ncols=len(handles))
    shows = {
        "metrics": [column.metric for column in columns],
        "series": {name: {str(k): v for k, v in methods.items()} for name, methods in series.items()},
    }
    return figure, shows


BLOCKS = Drawing(
    "Every metric against the number of blocks of the masked and adaptive transformer, everything else "
    "equal: mean over seeds; numbers equal for all are left out. Thin bars: bootstrap interval over test "
    "images, where a metric has one; broad bars: standard deviation over seeds, where there are several. "
    "The arrow says which way is better.",
    has_block_series,
    _draw,
)
