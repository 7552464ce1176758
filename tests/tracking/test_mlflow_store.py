"""What MLflow has heard after a killed and resumed training, and after the stages before it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest

from command import environment, matebit_here
from matebit.tracking import record
from tiny_experiment import Experiment

TRAIN = ("train", "results/tiny/params.yaml", "matebit", "--seed", "1")

# Held after its eighth step: else it often ends before MLflow, slow to load, has heard of it.
HELD = """
import os, signal, sys
from matebit.cli.app import main
from matebit.train.progress import Curves

add = Curves.add

def held(self, steps, *rest):
    add(self, steps, *rest)
    if steps == 8:
        os.kill(os.getpid(), signal.SIGSTOP)

Curves.add = held
sys.argv[0] = "matebit"
main()
"""


def steps_told(experiment: Experiment) -> int:
    """Of how many of them MLflow has heard."""
    told = list((experiment.layout.state / "tracking").glob("*/train-*.sent.json"))
    return json.loads(told[0].read_text())["step"] if told else 0


@pytest.fixture(scope="module")
def heard(tiny: Experiment, tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """The store after data, conditions, pairs, and a training that was killed when MLflow knew of it.

    Killed after its end, while MLflow hears of it, it would have ended: the next one is another execution.
    """
    from mlflow import MlflowClient

    base = tmp_path_factory.mktemp("tracked")
    tracking = {"enabled": True, "every_seconds": 0.3, "experiment": "tests"}
    experiment = tiny.copied(base, train={"images": 160, "log_every": 4}, tracking=tracking)
    for stage in ("data", "conditions", "pairs"):
        experiment.run(stage)
    uri = f"sqlite:///{base / 'mlflow.db'}"
    process = subprocess.Popen(
        [sys.executable, "-c", HELD, *TRAIN], cwd=base, env=environment(MLFLOW_TRACKING_URI=uri)
    )
    try:
        while steps_told(experiment) < 8:
            assert process.poll() is None, "the training has ended"
            time.sleep(0.05)
    finally:
        process.kill()
        process.wait()
    with mock.patch.object(record, "_WAIT_SECONDS", 600):  # a busy machine loads MLflow in minutes
        result = matebit_here(base, *TRAIN, MLFLOW_TRACKING_URI=uri)
    assert result.returncode == 0, result.stderr
    client = MlflowClient(uri)
    [found] = [e for e in client.search_experiments() if e.name == "tests"]
    runs = client.search_runs([found.experiment_id])
    return SimpleNamespace(
        client=client, experiment=experiment,
        runs={run.data.tags.get("matebit.stage", "parent"): run for run in runs}, count=len(runs),
    )  # fmt: skip


def test_one_parent_and_one_run_for_each_job(heard):
    assert heard.count == 5
    assert set(heard.runs) == {"parent", "data", "conditions", "pairs", "train"}
    parent = heard.runs.pop("parent")
    assert parent.data.tags["mlflow.runName"] == "tiny"
    for stage, run in heard.runs.items():
        assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id
        assert run.info.status == "FINISHED", stage
        assert run.data.tags["matebit.status"] == "complete"
        assert run.info.start_time <= run.info.end_time
    heard.runs["parent"] = parent


def test_tags_tell_what_made_it(heard):
    tags = heard.runs["train"].data.tags
    assert tags["matebit.name"] == "tiny"
    assert (tags["matebit.method"], tags["matebit.seed"]) == ("matebit", "1")
    assert tags["matebit.params"] == heard.runs["parent"].data.tags["matebit.invocation"]
    assert {"matebit.version", "mlflow.source.git.commit"} <= set(tags)


def test_parameters_are_those_that_the_stage_read(heard):
    params = heard.runs["train"].data.params
    assert params["train.images"] == "160"
    assert params["model.ngf"] == "4"
    assert params["losses.style_contrast.tau"] == "0.07"
    assert "metrics.batch" not in params
    assert "train.images" not in heard.runs["data"].data.params


def test_the_curve_has_every_step_once_though_the_job_was_killed(heard):
    folder = heard.experiment.layout.run("matebit", 1).train
    rows = [json.loads(line) for line in (folder / "curves.jsonl").read_text().splitlines()]
    run = heard.runs["train"].info.run_id
    for name, shown in (("fm", "loss/fm"), ("D_real", "loss/D_real"), ("images", "progress/images")):
        history = heard.client.get_metric_history(run, shown)
        points = sorted((metric.step, metric.value) for metric in history)
        assert points == [(row["step"], row[name]) for row in rows]


def test_artifacts_and_inputs(heard):
    run = heard.runs["train"]
    shown = {f.path for f in heard.client.list_artifacts(run.info.run_id)}
    assert {"model.safetensors", "curves.jsonl", "summary.json", "samples"} <= shown
    sheets = heard.client.list_artifacts(run.info.run_id, "samples")
    assert sheets
    assert all(sheet.path.endswith(".png") for sheet in sheets)
    inputs = {d.dataset.name: d.dataset.digest for d in run.inputs.dataset_inputs}
    assert {"data/index.csv", "conditions/index.csv", "pairs/pairs.csv"} <= set(inputs)
    assert all(len(digest) == 32 for digest in inputs.values())


def test_numbers_of_a_job_as_a_whole(heard):
    metrics = heard.runs["data"].data.metrics
    assert metrics == {"images.train": 8.0, "images.test": 4.0}


def test_telling_again_changes_nothing(heard, monkeypatch):
    from matebit.tracking.follow import send_all

    monkeypatch.setenv("MLFLOW_TRACKING_URI", heard.client.tracking_uri)
    send_all(Path(heard.experiment.layout.base))
    [found] = [e for e in heard.client.search_experiments() if e.name == "tests"]
    assert len(heard.client.search_runs([found.experiment_id])) == heard.count
