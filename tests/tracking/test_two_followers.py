"""Several processes tell one new store at once; one that cannot be reached costs a warning."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from command import environment, matebit_here
from tiny_experiment import Experiment


def follower(experiment: Experiment, uri: str) -> subprocess.Popen[str]:
    folder = experiment.layout.state / "tracking"
    return subprocess.Popen(
        [sys.executable, "-m", "matebit.tracking.follow", str(folder), "0.2"],
        env=environment(MLFLOW_TRACKING_URI=uri), stdin=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def test_two_at_once_on_a_new_store(tiny: Experiment, tmp_path: Path, begin, store_at: str):
    from mlflow import MlflowClient

    experiment = tiny.copied(tmp_path, tracking={"experiment": "two"})
    for stage in ("data", "conditions", "pairs"):
        begin(experiment, stage).end("FINISHED")
    processes = [follower(experiment, store_at) for _ in range(2)]
    for process in processes:
        _, said = process.communicate(timeout=300)
        assert process.returncode == 0, said
    client = MlflowClient(store_at)
    [found] = [e for e in client.search_experiments() if e.name == "two"]
    stages = [
        run.data.tags.get("matebit.stage", "parent") for run in client.search_runs([found.experiment_id])
    ]
    assert sorted(stages) == ["conditions", "data", "pairs", "parent"]


@pytest.mark.parametrize(
    "uri",
    ["nonsense://nowhere", pytest.param("sqlite:////proc/nowhere/mlflow.db", marks=pytest.mark.slow)],
)
def test_training_ends_well_though_mlflow_cannot_be_told(tiny: Experiment, tmp_path: Path, uri: str):
    experiment = tiny.copied(tmp_path, train={"images": 4}, tracking={"enabled": True})
    words = ("train", "results/tiny/params.yaml", "matebit")
    result = matebit_here(tmp_path, *words, MLFLOW_TRACKING_URI=uri)
    assert result.returncode == 0, result.stderr
    assert "MLflow has not heard everything" in result.stderr
    assert "Traceback" not in result.stderr
    assert experiment.layout.run("matebit", 1).checkpoint.exists()
