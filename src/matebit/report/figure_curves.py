"""Training curves: every logged loss against the images seen, methods side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from matebit.report.experiment import Experiment
from matebit.report.style import COLOURS, DASHES, PAGE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Training. Each logged value against the images shown to the generator; a line a method, the mean over "
    "seeds, its band from the smallest to the largest. Thin: as logged; thick: running mean of a twentieth."
)
_NOT_LOSSES = {"step", "images"}
_COLUMNS = 4


def available(experiment: Experiment) -> bool:
    """Whether any method has a log."""
    return any(
        (experiment.layout.run(method, seed).train / "curves.jsonl").exists()
        for method in experiment.methods
        for seed in experiment.params.seeds
    )


def method_curves(experiment: Experiment) -> dict[str, list[pd.DataFrame]]:
    """method -> the log of each seed."""
    return {
        method: [experiment.curves(method, seed) for seed in experiment.params.seeds]
        for method in experiment.methods
    }


def losses_of(logs: dict[str, list[pd.DataFrame]]) -> list[str]:
    """Names of the numeric values that are not zero throughout, in the order of first appearance."""
    names: dict[str, None] = {}
    for table in (table for tables in logs.values() for table in tables):
        for name in table.columns:
            numeric = pd.api.types.is_numeric_dtype(table[name])
            if name not in _NOT_LOSSES and numeric and table[name].abs().sum() > 0:
                names[name] = None
    return list(names)


def _running_mean(values: np.ndarray) -> np.ndarray:
    window = max(1, len(values) // 20)
    return pd.Series(values).rolling(window, min_periods=1, center=True).mean().to_numpy()


def draw(experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
    """A panel a loss, and the names of the losses."""
    import matplotlib.pyplot as plt

    logs = method_curves(experiment)
    names = losses_of(logs)
    rows = max(1, -(-len(names) // _COLUMNS))
    figure, axes = plt.subplots(
        rows, _COLUMNS, figsize=(PAGE, 1.25 * rows + 0.3), squeeze=False, layout="constrained"
    )
    handles = {}
    for panel, name in zip(axes.flat, names, strict=False):
        for place, (method, tables) in enumerate(logs.items()):
            kept = [table[["images", name]].dropna() for table in tables if name in table]
            if not kept:
                continue
            length = min(len(table) for table in kept)
            images = kept[0]["images"].to_numpy()[:length]
            values = np.array([table[name].to_numpy()[:length] for table in kept])
            colour, dash = COLOURS[place % len(COLOURS)], DASHES[place % len(DASHES)]
            mean = values.mean(axis=0)
            if len(values) > 1:
                panel.fill_between(images, values.min(0), values.max(0), color=colour, alpha=0.15, lw=0)
            panel.plot(images, mean, color=colour, lw=0.5, alpha=0.35)
            handles[method] = panel.plot(images, _running_mean(mean), color=colour, ls=dash)[0]
        panel.set_title(name, loc="left")
        panel.ticklabel_format(axis="x", style="sci", scilimits=(0, 4))
        panel.locator_params(nbins=4)
    for panel in axes.flat[len(names) :]:
        panel.axis("off")
    for panel in axes[-1]:
        panel.set_xlabel("images")
    figure.legend(handles.values(), handles.keys(), loc="outside upper center", ncols=len(handles) or 1)
    return figure, {"losses": names, "methods": list(logs)}
