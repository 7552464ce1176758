"""Running a job: what is refused, what the log keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from matebit.engines.run_stage import run_stage
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout
from tiny_experiment import TINY, Experiment, resolved_below


@pytest.mark.parametrize(
    ("stage", "method", "seed", "words"),
    [
        ("data", "matebit", None, "neither a method nor a seed"),
        ("data", None, 1, "neither a method nor a seed"),
        ("train", None, None, "matebit, vanilla"),
        ("train", "nobody", 1, "matebit, vanilla"),
        ("train", "controls", 0, "matebit, vanilla"),
        ("train", "matebit", None, "1, 5"),
        ("train", "matebit", 2, "1, 5"),
        ("translate", "controls", 1, "0"),
        ("metrics", "truth", 0, "controls"),
    ],
)
def test_wrong_methods_and_seeds_are_refused(tmp_path: Path, stage, method, seed, words):
    mapping = {**TINY, "methods": ["matebit", "vanilla"], "seeds": [1, 5]}
    experiment = resolved_below(tmp_path, mapping)
    with pytest.raises(MatebitError, match=words):
        experiment.run(stage, method, seed)
    assert [path.name for path in experiment.layout.results.iterdir()] == ["params.yaml"]
    assert not experiment.layout.state.exists()


def test_a_params_file_that_is_not_resolved_is_refused(tmp_path: Path):
    with pytest.raises(MatebitError, match=r"matebit resolve .*smoke\.yaml"):
        run_stage("data", Path("params/smoke.yaml"))


def test_resolved_parameters_of_another_experiment_are_refused(tmp_path: Path):
    experiment = resolved_below(tmp_path, TINY)
    moved = Layout("other", tmp_path)
    moved.results.mkdir()
    moved.params.write_bytes(experiment.layout.params.read_bytes())
    with pytest.raises(MatebitError, match="results/tiny"):
        run_stage("data", moved.params)


def test_the_log_keeps_what_the_job_said_and_why_it_ended(tmp_path: Path):
    experiment = resolved_below(tmp_path, {**TINY, "data": {"source": "celebamask", "root": "nowhere"}})
    with pytest.raises(MatebitError, match="nowhere") as caught:
        experiment.run("data")
    log = (experiment.layout.logs / "data.log").read_text()
    assert str(caught.value) in log
    assert "Traceback" not in log


def test_the_log_keeps_the_traceback_of_a_defect(tiny: Experiment, tmp_path: Path, monkeypatch):
    from matebit.data import choose_exemplars

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr(choose_exemplars, "run", broken)
    experiment = tiny.copied(tmp_path)
    with pytest.raises(ZeroDivisionError):
        experiment.run("pairs")
    log = (experiment.layout.logs / "pairs.log").read_text()
    assert "ZeroDivisionError: a defect" in log
    assert "Traceback" in log
