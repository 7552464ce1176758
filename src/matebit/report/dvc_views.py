"""The files behind DVC's own views: `dvc metrics diff` reads metrics.json, `dvc plots` the training logs."""

from __future__ import annotations

import math

from matebit.io.files import write_json
from matebit.io.tables import write_table
from matebit.report.comparison import Table
from matebit.report.experiment import Experiment
from matebit.report.figure_logs import have_logs

# Losses of the discriminator stand in every log, whatever weights the parameters give the others.
TRAINING_COLUMNS = ["images", "D_real", "D_Fake"]


def write_metrics_json(experiment: Experiment, table: Table) -> None:
    """`tables/metrics.json`: method -> metric -> mean over seeds, of the comparison table.

    A metric that stands in two columns carries its features in its name; what is not finite is left out.
    """
    several = {
        column.metric
        for column in table.columns
        if sum(other.metric == column.metric for other in table.columns) > 1
    }
    means: dict[str, dict[str, float]] = {}
    for (row, column), cell in table.cells.items():
        if row.suffix or not math.isfinite(cell.mean):
            continue
        name = f"{column.metric} ({column.features})" if column.metric in several else column.metric
        means.setdefault(row.method, {})[name] = float(f"{cell.mean:.9g}")
    write_json(experiment.layout.reports / "tables" / "metrics.json", means)


def write_training_logs(experiment: Experiment) -> None:
    """`tables/training/METHOD-seedS.csv`: the discriminator's losses against the images seen."""
    if not have_logs(experiment):
        return
    for method in experiment.methods:
        for seed in experiment.params.seeds:
            log = experiment.curves(method, seed).reindex(columns=TRAINING_COLUMNS)
            target = experiment.layout.reports / "tables" / "training" / f"{method}-seed{seed}.csv"
            write_table(target, log, TRAINING_COLUMNS)
