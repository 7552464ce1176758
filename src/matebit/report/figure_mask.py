"""Is the mask of the attention at work? Its share of the probability, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.report.experiment import Experiment
from matebit.report.log_panels import have_logs, logged_values, method_logs, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "The mask of the attention during training: the probability that falls on masked matches "
    "(1 - confidence), its mean and maximum over a batch and the share of cells above 0.01, for "
    "every block, on a logarithmic scale. Methods without a mask have no line."
)


def _names(experiment: Experiment) -> list[str]:
    return [name for name in logged_values(method_logs(experiment)) if name.startswith("mask/")]


def available(experiment: Experiment) -> bool:
    """Whether any method logged statistics of its mask."""
    return have_logs(experiment) and bool(_names(experiment))


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """A panel a statistic and block, and their names."""
    names = _names(experiment)
    # Zero has no place on a logarithmic scale: a method whose values are all zero gets no line.
    logs = {
        method: [table.where(table != 0) for table in tables]
        for method, tables in method_logs(experiment).items()
    }
    return panels(logs, names, logarithmic=True), {"statistics": names, "methods": list(logs)}
