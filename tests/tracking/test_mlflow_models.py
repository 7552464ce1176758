"""Numbers hang on the trained network and the test set; the comparison stands with the parent."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from types import SimpleNamespace
from unittest import mock

import pytest

from matebit.contracts.measures import VALUE_COLUMNS
from matebit.io.files import write_json, write_text
from matebit.io.tables import write_table
from matebit.tracking.follow import send_all
from matebit.tracking.saved_view import TAG
from tiny_experiment import TINY, resolved_below


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, begin) -> Iterator[SimpleNamespace]:
    """A training, its scores and a report, as their records tell MLflow; twice, which must change nothing."""
    from mlflow import MlflowClient

    base = tmp_path_factory.mktemp("models")
    store = f"sqlite:///{base / 'store.db'}"
    experiment = resolved_below(base, {**TINY, "tracking": {"experiment": "models"}})
    layout = experiment.layout
    folders = layout.run("matebit", 1)
    write_text(layout.pairs / "pairs.csv", "item,exemplar\na,b\n")
    write_text(folders.checkpoint, "weights")
    write_text(folders.train / "curves.jsonl", '{"step": 1, "images": 4, "fm": 2.0}\n')
    values = [
        ["matebit", 1, "mae", 26.5, 4, "pixels", "RGB"],
        ["matebit", 1, "pck@0.1", 0.25, 4, "pixels", ""],
    ]
    rows = [dict(zip(VALUE_COLUMNS, row, strict=True)) for row in values]
    write_table(folders.metrics / "values.csv", rows, VALUE_COLUMNS)
    write_json(layout.reports / "tables/metrics.json", {"matebit": {"mae": 26.5}, "truth": {"mae": 0.0}})
    write_text(
        layout.reports / "tables/comparison.csv",
        "row,metric,mean,deviation,low,high,n,seeds,exemplar_rank\nmatebit,mae,26.5,,,,4,1,1\n",
    )
    write_text(
        layout.reports / "tables/differences.csv",
        "metric,method,against,better,difference,low,high,p,p_holm,verdict,images,seeds\n"
        "pck@0.1,vanilla,matebit,higher,-0.2,-0.3,-0.1,0.001,0.002,worse,4,1\n",
    )
    for stage, *run in (("train", "matebit", 1), ("metrics", "matebit", 1), ("report",)):
        begin(experiment, stage, *run).end("FINISHED")
    with mock.patch.dict(os.environ, MLFLOW_TRACKING_URI=store):
        for _ in range(2):
            send_all(base)
        for sent in layout.state.glob("tracking/*/report*.sent.json"):
            write_json(sent, {**json.loads(sent.read_text()), "ended": None})
        send_all(base)
        client = MlflowClient(store)
        [found] = [each for each in client.search_experiments() if each.name == "models"]
        runs = client.search_runs([found.experiment_id])
        yield SimpleNamespace(
            client=client, experiment=found.experiment_id,
            runs={run.data.tags.get("matebit.stage", "parent"): run for run in runs},
        )  # fmt: skip


def test_another_one_was_quicker_to_make_the_experiment():
    """On a server: between the question and the making somebody else makes it."""
    from mlflow.exceptions import MlflowException

    from matebit.tracking.store import Store

    answers = [None, SimpleNamespace(experiment_id="7")]

    def taken(name: str, tags: dict[str, str]) -> str:
        raise MlflowException(f"Experiment {name!r} already exists")

    store = Store.__new__(Store)
    store._client = SimpleNamespace(
        get_experiment_by_name=lambda name: answers.pop(0), create_experiment=taken
    )
    assert store._experiment("models") == "7"


def test_a_training_is_one_logged_model(told):
    [model] = told.client.search_logged_models([told.experiment])
    assert model.name == "tiny-matebit-seed1"
    assert str(model.status).endswith("READY")
    assert model.source_run_id == told.runs["train"].info.run_id
    assert model.params == {"method": "matebit", "training_seed": "1"}
    assert len(model.tags["matebit.checkpoint.sha256"]) == 64


def test_scores_hang_on_the_model_and_on_the_test_set(told):
    [model] = told.client.search_logged_models([told.experiment])
    run = told.runs["metrics"]
    [pairs] = [each.dataset for each in run.inputs.dataset_inputs if each.dataset.name == "pairs/pairs.csv"]
    found = {metric.key: metric for metric in model.metrics}
    assert {key: metric.value for key, metric in found.items()} == {"mae": 26.5, "pck_at_0.1": 0.25}
    assert {metric.dataset_digest for metric in found.values()} == {pairs.digest}
    assert {metric.run_id for metric in found.values()} == {run.info.run_id}
    whole = told.client.get_run(run.info.run_id)
    assert [each.model_id for each in whole.inputs.model_inputs] == [model.model_id]


def test_runs_can_be_grouped_by_method_and_seed(told):
    for stage in ("train", "metrics"):
        params = told.runs[stage].data.params
        assert (params["method"], params["training_seed"]) == ("matebit", "1")


def test_the_comparison_stands_with_the_report_and_the_parent(told):
    for stage in ("report", "parent"):
        run = told.runs[stage]
        means = {key: v for key, v in run.data.metrics.items() if not key.startswith("differences/")}
        assert means == {"matebit/mae": 26.5, "truth/mae": 0.0}
        table = told.client.load_table(told.experiment, "comparison.json", [run.info.run_id])
        assert table[["row", "metric", "mean"]].values.tolist() == [["matebit", "mae", 26.5]]


def test_descriptions_say_what_each_number_means(told):
    run = told.client.get_run(told.runs["metrics"].info.run_id)
    rows = run.data.tags["mlflow.note.content"].splitlines()
    assert "| `mae` | MAE | lower is better | mean absolute error to the true answer, 0 to 255 |" in rows
    [pck] = [row for row in rows if row.startswith("| `pck_at_0.1` ")]
    assert "PCK@0.1 | higher is better | share of cells" in pck


def test_a_report_tells_how_each_method_differs_from_the_first(told):
    values = told.runs["report"].data.metrics
    assert values["matebit/mae"] == 26.5
    found = {key: value for key, value in values.items() if key.startswith("differences/")}
    assert found == {
        "differences/vanilla/pck_at_0.1": -0.2,
        "differences/vanilla/pck_at_0.1/low": -0.3,
        "differences/vanilla/pck_at_0.1/high": -0.1,
        "differences/vanilla/pck_at_0.1/p_holm": 0.002,
    }
    # The saved view compares methods, not differences.
    tags = told.client.get_experiment(told.experiment).tags
    [columns] = [json.loads(json.loads(tags[TAG])["state"])["selectedColumns"]]
    assert columns[-1] == "metrics.`mae`"
