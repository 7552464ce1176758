"""Other experiments in the sheet of results: both engines wait for their reports, absent ones are named."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import complaint, matebit
from matebit.config.report import ReportConfig
from matebit.config.schema import Params
from matebit.engines.dvcfile import pipeline
from matebit.errors import MatebitError
from matebit.io.files import write_text
from matebit.pipeline.layout import Layout
from matebit.report import figure_grids
from matebit.report.experiment import Experiment
from matebit.report.more_results import other_manifests


def test_an_absent_one_is_named_before_anything_runs(tmp_path: Path):
    write_text(
        tmp_path / "params/mine.yaml", "features: {weights: random}\nreport: {more_results: [theirs]}\n"
    )
    said = complaint(matebit(tmp_path, "resolve", "params/mine.yaml"))
    assert "more_results names theirs, but reports/theirs/manifest.csv is absent" in said
    assert not (tmp_path / "results").exists()


def test_an_experiment_cannot_name_itself(tmp_path: Path):
    with pytest.raises(MatebitError, match="the experiment itself"):
        other_manifests(ReportConfig(more_results=["mine"]), Layout("mine", tmp_path))


def test_the_engines_depend_on_the_others_manifest(tmp_path: Path):
    write_text(tmp_path / "reports/theirs/manifest.csv", "file,bytes,sha256\n")
    config = ReportConfig(more_results=["theirs"])
    assert other_manifests(config, Layout("mine", tmp_path)) == [f"{tmp_path}/reports/theirs/manifest.csv"]
    content = pipeline(Params(name="mine", report=config), "params/mine.yaml", "../..")
    assert "reports/theirs/manifest.csv" in content["stages"]["report"]["deps"]


def test_both_datasets_stand_in_the_sheet(report, monkeypatch):
    own = Experiment(report.params, report.layout)
    other = Experiment(report.params, Layout("discs", report.layout.base))
    monkeypatch.setattr(figure_grids, "_others", lambda _: [other])
    figure, shows = figure_grids.RESULTS.draw(own)
    assert shows["datasets"]["discs"]["items"] == own.tests
    # Two datasets of six items, three in a line of threes: each item brings three pictures.
    assert len(figure.axes) == 2 * 6 * 3
    assert [text.get_text() for text in figure.texts].count("discs") == 4
