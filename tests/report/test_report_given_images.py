"""Somebody else's images stand in table, grid and page beside the rest."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import pandas as pd
from disc_report import report_params
from disc_world import DiscWorld, write_translated

from matebit.config.translate import GivenImages
from matebit.metrics import stage as metrics_stage
from matebit.report import figure_grids
from matebit.report.comparison import comparison_table
from matebit.report.experiment import Experiment
from matebit.report.scores import read_scores


def with_theirs(scored) -> SimpleNamespace:
    """The report's parameters and one method more, a folder of images."""
    methods = {**report_params().methods, "theirs": GivenImages(path="of-others", lossy=False)}
    return SimpleNamespace(**{**vars(scored.params), "methods": methods, "order": list(methods)})


def test_they_stand_in_table_and_grid(scored):
    params, layout = with_theirs(scored), scored.layout
    index = pd.read_csv(layout.run("matebit", 1).translate / "index.csv", dtype={"id": str, "exemplar": str})
    images = {
        (row.id, row.exemplar, 1): DiscWorld().answer(row.id, row.exemplar, 32) // 2
        for row in index.itertuples()
    }
    folders = layout.run("theirs", 0)
    try:
        write_translated(folders.translate, images)
        metrics_stage.run(params, layout, "theirs", 0)
        experiment = Experiment(params, layout)
        assert ("theirs", 0) in experiment.scored
        assert "theirs" not in experiment.trained
        scores = read_scores(layout, experiment.scored)
        table = comparison_table(scores, experiment.methods, experiment.controls, params.report, params.seed)
        row = next(row for row in table.rows if row.method == "theirs")
        shown = {column.metric for column in table.columns if table.cell(row, column)}
        assert {"mae", "ssim", "swd"} <= shown
        assert not {"pck@0.1", "parameters"} & shown, "what nobody knows is a dash"
        assert "theirs" in figure_grids.COMPARISON.draw(experiment)[1]["methods"]
    finally:
        for folder in (folders.translate, folders.metrics):
            shutil.rmtree(folder.parent, ignore_errors=True)
