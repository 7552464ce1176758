"""Training curves: every logged loss against the images seen, methods side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matebit.report.experiment import Experiment
from matebit.report.log_panels import have_logs, logged_values, method_logs, panels

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Training. Each logged loss against the images shown to the generator; a line a method, the "
    "mean over seeds, its band from the smallest to the largest. Thin: as logged; thick: running "
    "mean over a twentieth of the log."
)


def available(experiment: Experiment) -> bool:
    """Whether any method has a log."""
    return have_logs(experiment)


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """A panel a loss, and the names of the losses."""
    logs = method_logs(experiment)
    # Names with a slash are statistics of single blocks, which have a figure of their own.
    names = [name for name in logged_values(logs) if "/" not in name]
    return panels(logs, names), {"losses": names, "methods": list(logs)}
