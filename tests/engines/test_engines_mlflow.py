"""The store of MLflow after a smoke run: every job, its curves, its pictures."""

from __future__ import annotations

from collections import Counter

import pytest
from engine_runs import Run

pytestmark = [pytest.mark.engines, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module", params=["by_snakemake", "by_dvc"])
def runs(request: pytest.FixtureRequest):
    """MLflow's client and the runs of the store beside a smoke run."""
    from mlflow import MlflowClient

    run: Run = request.getfixturevalue(request.param)
    client = MlflowClient(f"sqlite:///{run.copy / 'mlflow.db'}")
    experiments = [e.experiment_id for e in client.search_experiments()]
    return client, client.search_runs(experiments), run


def test_a_run_for_each_job_under_one_parent(runs):
    _, found, _ = runs
    stages = Counter(run.data.tags.get("matebit.stage", "parent") for run in found)
    assert stages == {
        "parent": 1, "data": 1, "conditions": 1, "pairs": 1, "segmenter": 1, "train": 2,
        "translate": 3, "metrics": 3, "report": 1,
    }  # fmt: skip
    assert {run.info.status for run in found} == {"FINISHED"}
    parents = {run.data.tags.get("mlflow.parentRunId") for run in found} - {None}
    assert len(parents) == 1


def test_the_commit_is_named(runs):
    _, found, run = runs
    head = (run.copy / ".git/HEAD").read_text().split()[-1]
    commit = (run.copy / ".git" / head).read_text().strip()
    assert {r.data.tags["mlflow.source.git.commit"] for r in found} == {commit}


def test_trainings_have_curves_and_a_checkpoint(runs):
    client, found, _ = runs
    for run in found:
        if run.data.tags.get("matebit.stage") == "train":
            history = client.get_metric_history(run.info.run_id, "loss/G_warp_self")
            assert len({metric.step for metric in history}) == len(history) == 12
            shown = {file.path for file in client.list_artifacts(run.info.run_id)}
            assert {"model.safetensors", "samples"} <= shown


def test_metrics_and_pictures_are_there(runs):
    client, found, _ = runs
    for run in found:
        stage = run.data.tags.get("matebit.stage")
        shown = {file.path for file in client.list_artifacts(run.info.run_id)}
        if stage == "metrics":
            assert run.data.metrics
        if stage == "translate" and run.data.tags["matebit.method"] != "controls":
            assert client.list_artifacts(run.info.run_id, "images")
        if stage == "report":
            assert {"index.html", "figures", "tables"} <= shown
