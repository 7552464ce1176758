"""MLflow's side: the store, the parent run of an invocation, and the run of each job."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag
from mlflow.exceptions import MlflowException

from matebit import __version__
from matebit.contracts.measures import headline
from matebit.io.files import read_json, sha256_of_file, write_json
from matebit.io.tables import read_table
from matebit.pipeline.layout import Layout
from matebit.tracking import told
from matebit.tracking.place import tracking_uri
from matebit.tracking.record import JobRecord
from matebit.tracking.saved_view import TAG, compared_methods
from matebit.tracking.told import find_model, log_model, log_model_use, used
from matebit.tracking.views import (
    curve,
    curve_file,
    is_difference,
    manifest_digest,
    metric_name,
    view,
)

_PARAMS_A_BATCH = 100  # bounds of MLflow's REST interface
_METRICS_A_BATCH = 1000
_PARAM_LENGTH = 6000
# Columns of numbers in the report's comparison table.
_COMPARED = ("mean", "deviation", "low", "high", "n", "seeds", "exemplar_rank")
# MLflow's page would open an experiment of unknown kind among its views of language models.
_KIND = {"mlflow.experimentKind": "custom_model_development"}


def runs_page(base: Path, server: str) -> str:
    """The address of the runs on MLflow's page at `server`.

    Without its last word the page shows traces of language models. The experiment is that of the runs told
    last; where nothing was told, the list of all.
    """
    ours = "tags.`mlflow.experimentKind` = 'custom_model_development'"
    found = MlflowClient(tracking_uri(base)).search_experiments(
        filter_string=ours, order_by=["last_update_time DESC"], max_results=1
    )
    place = f"experiments/{found[0].experiment_id}/runs" if found else "experiments"
    return f"{server.rstrip('/')}/#/{place}?workflowType=machine_learning"


@contextmanager
def _exclusive(base: Path) -> Iterator[None]:
    """One process at a time: creating MLflow's tables or an experiment twice at once fails."""
    (base / "runs").mkdir(parents=True, exist_ok=True)
    with FileLock(base / "runs" / ".mlflow.lock"):
        yield


def _is_main(key: str) -> bool:
    """Whether a parameter of the report is one by which whole experiments are told apart."""
    return key in {"name", "seeds", "order", "data.source", "data.root", "data.crop_size", "conditions.kind",
                   "pairs.method", "features.net", "features.weights"}  # fmt: skip


def _about(record: JobRecord, datasets: list[DatasetInput], model: str | None) -> dict[str, Any]:
    """What the numbers of a scored test set belong to: its list of pairs, and the model."""
    pairs = [entry.dataset for entry in datasets if entry.dataset.name == "pairs/pairs.csv"]
    if record.stage != "metrics" or not pairs:
        return {}
    return {"dataset_name": pairs[0].name, "dataset_digest": pairs[0].digest, "model_id": model}


class Store:
    """Sends records to MLflow; keeps beside each record what MLflow has already heard."""

    def __init__(self, base: Path) -> None:
        self._base = base
        with _exclusive(base):
            self._client = MlflowClient(tracking_uri(base))
            self._client.search_experiments(max_results=1)  # makes the tables of a new store

    def send(self, record: JobRecord) -> None:
        """Tell MLflow what it has not heard of this job. Safe to repeat, and from several processes."""
        with _exclusive(self._base):
            self._send(record)

    def _send(self, record: JobRecord) -> None:
        memory = record.file.with_suffix(".sent.json")
        sent: dict[str, Any] = {"run": None, "step": -1, "ended": None}
        if memory.exists():
            sent = read_json(memory)
        if record.ended is not None and sent["ended"] == record.ended:
            return
        if sent["run"] is None:
            sent["run"] = self._create(record)
            write_json(memory, sent)
        layout = Layout(record.name, self._base)
        sent["step"] = self._send_curve(layout, record, sent["run"], sent["step"])
        write_json(memory, sent)
        if record.ended is not None:
            if record.status == "FINISHED":
                self._send_results(layout, record, sent["run"])
            self._client.set_terminated(sent["run"], record.status, record.ended)
            if record.stage == "report" or record.status == "FAILED":
                self._client.set_terminated(self._parent(record), record.status, record.ended)
            sent["ended"] = record.ended
            write_json(memory, sent)

    def _experiment(self, name: str) -> str:
        found = self._client.get_experiment_by_name(name)
        if found:
            return found.experiment_id
        try:
            return self._client.create_experiment(name, tags=_KIND)
        except MlflowException:
            # On a server others may have been quicker: the lock is one folder's.
            found = self._client.get_experiment_by_name(name)
            if found is None:
                raise
            return found.experiment_id

    def _parent(self, record: JobRecord) -> str:
        """The run of this invocation: found by (name, digest of parameters and code), or made."""
        experiment = self._experiment(record.experiment)
        wanted = f"tags.`matebit.name` = '{record.name}' and tags.`matebit.invocation` = '{record.digest}'"
        found = self._client.search_runs([experiment], wanted, max_results=1)
        if found:
            return found[0].info.run_id
        tags = self._tags(record) | {
            "matebit.invocation": record.digest,
            "mlflow.runName": record.name,
            "mlflow.note.content": f"The experiment `{record.name}`: each job of it is a run below this one.",
            "mlflow.source.name": "matebit",
        }
        run = self._client.create_run(experiment, start_time=record.started, tags=tags)
        return run.info.run_id

    def _create(self, record: JobRecord) -> str:
        tags = self._tags(record) | {
            "mlflow.parentRunId": self._parent(record),
            "mlflow.runName": f"{record.name}: {record.job}",
            "matebit.stage": record.stage,
            "mlflow.note.content": told.description(record),
        }
        if record.method is not None:
            tags |= {"matebit.method": record.method, "matebit.seed": str(record.seed)}
        experiment = self._experiment(record.experiment)
        run = self._client.create_run(experiment, start_time=record.started, tags=tags).info.run_id
        shown = used(record.params)
        if record.method is not None:
            # As parameters too: MLflow's comparisons of runs group and plot by these, not by tags.
            shown |= {"method": record.method, "training_seed": str(record.seed)}
        self._send_params(run, shown)
        return run

    def _send_params(self, run: str, shown: dict[str, str]) -> None:
        rows = [Param(key, value[:_PARAM_LENGTH]) for key, value in shown.items()]
        for first in range(0, len(rows), _PARAMS_A_BATCH):
            self._client.log_batch(run, params=rows[first : first + _PARAMS_A_BATCH])

    def _tags(self, record: JobRecord) -> dict[str, str]:
        return told.source(record) | {
            "matebit.name": record.name,
            "matebit.version": __version__,
            "matebit.params": record.digest,
            "mlflow.source.git.commit": record.commit,
        }

    def _send_curve(self, layout: Layout, record: JobRecord, run: str, after: int) -> int:
        path = curve_file(layout, record)
        if path is None:
            return after
        now = record.ended or record.started
        rows = []
        for step, values in curve(path, after):
            rows += [Metric(key, value, now, step) for key, value in values.items()]
            after = step
        for first in range(0, len(rows), _METRICS_A_BATCH):
            self._client.log_batch(run, metrics=rows[first : first + _METRICS_A_BATCH])
        return after

    def _send_results(self, layout: Layout, record: JobRecord, run: str) -> None:
        shown = view(layout, record)
        datasets = [
            DatasetInput(
                dataset=Dataset(
                    name=f"{path.parent.name}/{path.name}",
                    digest=manifest_digest(path),
                    source_type="local",
                    source=path.relative_to(self._base).as_posix(),
                ),
                tags=[InputTag("mlflow.data.context", record.stage)],
            )
            for path in shown.inputs
        ]
        if datasets:
            self._client.log_inputs(run, datasets)
        model = self._model(layout, record, run)
        about = _about(record, datasets, model)
        values = [
            Metric(key, value, record.ended or 0, 0, run_id=run, **about)
            for key, value in shown.values.items()
        ]
        self._client.log_batch(run, metrics=values, tags=[RunTag("matebit.status", "complete")])
        for path, folder in shown.artifacts:
            self._client.log_artifact(run, str(path), folder or None)
        if record.stage == "metrics":
            note = told.description(record) + "\n\n" + told.meanings(name for name in shown.values)
            self._client.set_tag(run, "mlflow.note.content", note)
        if record.stage == "report":
            self._send_comparison(layout, record, run, values)

    def _model(self, layout: Layout, record: JobRecord, run: str) -> str | None:
        """The logged model that the job trained or read, if any."""
        if record.method is None or record.seed is None:
            return None
        experiment = self._experiment(record.experiment)
        if record.stage == "train":
            checkpoint = layout.run(record.method, record.seed).checkpoint
            log_model(self._client, experiment, run, record, sha256_of_file(checkpoint))
        model = find_model(self._client, experiment, record)
        if model is not None and record.stage != "train":
            log_model_use(self._client, run, model)
        return model

    def _send_comparison(self, layout: Layout, record: JobRecord, run: str, values: list[Metric]) -> None:
        """The comparison table, with the report and with the parent.

        Parents of several experiments can then be compared number by number.
        """
        parent = self._parent(record)
        self._send_params(parent, {key: value for key, value in used(record.params).items() if _is_main(key)})
        measured = {key.partition("/")[2] for key in (each.key for each in values) if not is_difference(key)}
        keys = {metric_name(key): key for key in measured}
        note = told.comparison(layout)
        for one in (run, parent) if note else ():
            self._client.set_tag(one, "mlflow.note.content", f"{note}\n\n{told.meanings(measured)}")
        view = compared_methods([keys[name] for name in headline(keys)], record.ended or 0)
        self._client.set_experiment_tag(self._experiment(record.experiment), TAG, view)
        self._client.log_batch(
            parent, metrics=[Metric(each.key, each.value, each.timestamp, 0) for each in values]
        )
        table = layout.reports / "tables" / "comparison.csv"
        for one in (run, parent):
            # A table that is there already would grow: a report of the same parameters has the same rows.
            if table.exists() and "mlflow.loggedArtifacts" not in self._client.get_run(one).data.tags:
                self._client.log_table(one, read_table(table, (), numbers=_COMPARED), "comparison.json")
