"""The figures of the training logs, a panel a logged value, methods side by side: curves and the mask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from matebit.contracts.training import CURVES_FILE
from matebit.report.drawing import Drawing
from matebit.report.experiment import Experiment
from matebit.report.style import COLOURS, DASHES, PAGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

Logs = dict[str, list[pd.DataFrame]]
_COUNTERS = {"step", "images"}
_COLUMNS = 4


def have_logs(experiment: Experiment) -> bool:
    """Whether any method has a log."""
    return any(
        (experiment.layout.run(method, seed).train / CURVES_FILE).exists()
        for method in experiment.trained
        for seed in experiment.params.seeds
    )


def method_logs(experiment: Experiment) -> Logs:
    """method -> the log of each seed."""
    return {
        method: [experiment.curves(method, seed) for seed in experiment.params.seeds]
        for method in experiment.trained
    }


def logged_values(logs: Logs) -> list[str]:
    """Names of the logged numbers that are not zero throughout, in the log's order."""
    names: dict[str, None] = {}
    for table in (table for tables in logs.values() for table in tables):
        for name in table.columns:
            numeric = pd.api.types.is_numeric_dtype(table[name])
            if name not in _COUNTERS and numeric and table[name].abs().sum() > 0:
                names[name] = None
    return list(names)


def _running_mean(values: np.ndarray) -> np.ndarray:
    window = max(1, len(values) // 20)
    return pd.Series(values).rolling(window, min_periods=1, center=True).mean().to_numpy()


def _line(panel: Axes, tables: list[pd.DataFrame], name: str, place: int) -> Line2D | None:
    """One method's line: thin as logged, thick as a running mean, a band over seeds."""
    kept = [table[["images", name]].dropna() for table in tables if name in table]
    kept = [table for table in kept if len(table)]
    if not kept:
        return None
    length = min(len(table) for table in kept)
    images = kept[0]["images"].to_numpy()[:length]
    values = np.array([table[name].to_numpy()[:length] for table in kept])
    colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
    mean = values.mean(axis=0)
    if len(values) > 1:
        panel.fill_between(images, values.min(0), values.max(0), color=colour, alpha=0.15, lw=0)
    panel.plot(images, mean, color=colour, lw=0.5, alpha=0.35)
    return panel.plot(images, _running_mean(mean), color=colour, ls=dash)[0]


def panels(logs: Logs, names: list[str], logarithmic: bool = False) -> Figure:
    """A panel a name; `logarithmic` for values that span orders of magnitude."""
    import matplotlib.pyplot as plt

    rows = max(1, -(-len(names) // _COLUMNS))
    figure, axes = plt.subplots(
        rows, _COLUMNS, figsize=(PAGE, 1.2 * rows + 0.35), squeeze=False, layout="constrained"
    )
    handles = {}
    for panel, name in zip(axes.flat, names, strict=False):
        for place, (method, tables) in enumerate(logs.items()):
            line = _line(panel, tables, name, place)
            if line is not None:
                handles[method] = line
        panel.set_title(name, loc="left")
        if logarithmic:
            panel.set_yscale("log")
        else:
            panel.locator_params(axis="y", nbins=4)
        panel.locator_params(axis="x", nbins=4)
    for panel in axes.flat[len(names) :]:
        panel.axis("off")
    figure.supxlabel("images shown to the generator", fontsize=7)
    figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=len(handles) or 1)
    return figure


def _curves(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """A panel a loss, and the names of the losses."""
    logs = method_logs(experiment)
    # Names with a slash are statistics of single blocks, which have a figure of their own.
    names = [name for name in logged_values(logs) if "/" not in name]
    return panels(logs, names), {"losses": names, "methods": list(logs)}


CURVES = Drawing(
    "Training. Each logged loss against the images shown to the generator; a line a method, the "
    "mean over seeds, its band from the smallest to the largest. Thin: as logged; thick: running "
    "mean over a twentieth of the log.",
    have_logs,
    _curves,
)


def _mask_values(experiment: Experiment) -> list[str]:
    return [name for name in logged_values(method_logs(experiment)) if name.startswith("mask/")]


def _has_mask(experiment: Experiment) -> bool:
    """Whether any method logged statistics of its mask."""
    return have_logs(experiment) and bool(_mask_values(experiment))


def _mask(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """A panel a statistic and block, and their names."""
    names = _mask_values(experiment)
    # Zero has no place on a logarithmic scale: a method whose values are all zero gets no line.
    logs = {
        method: [table.where(table != 0) for table in tables]
        for method, tables in method_logs(experiment).items()
    }
    return panels(logs, names, logarithmic=True), {"statistics": names, "methods": list(logs)}


MASK = Drawing(
    "The mask of the attention during training: the probability that falls on masked matches "
    "(1 - confidence), its mean and maximum over a batch and the share of cells above 0.01, for "
    "every block, on a logarithmic scale. Methods without a mask have no line.",
    _has_mask,
    _mask,
)
