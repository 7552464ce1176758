"""MLflow's side: the store, the parent run of an invocation, and the run of each job."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock
from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Metric, Param, RunTag

from matebit import __version__
from matebit.config.flat import flat
from matebit.io.files import read_json, sha256_of_file, write_json
from matebit.io.tables import read_table
from matebit.pipeline.layout import Layout
from matebit.tracking.models import find_model, log_model, log_model_use
from matebit.tracking.record import JobRecord
from matebit.tracking.views import curve, curve_file, manifest_digest, view

_PARAMS_A_BATCH = 100  # bounds of MLflow's REST interface
_METRICS_A_BATCH = 1000
_PARAM_LENGTH = 6000
# Columns of numbers in the report's comparison table.
_COMPARED = ("mean", "deviation", "low", "high", "n", "seeds", "exemplar_rank")
# MLflow's page would open an experiment of unknown kind among its views of language models.
_KIND = {"mlflow.experimentKind": "custom_model_development"}


def tracking_uri(base: Path) -> str:
    """The variable MLFLOW_TRACKING_URI, or the SQLite file `mlflow.db` of the project folder."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{(base / 'mlflow.db').resolve()}"


@contextmanager
def _exclusive(base: Path) -> Iterator[None]:
    """One process at a time: creating MLflow's tables or an experiment twice at once fails."""
    (base / "runs").mkdir(parents=True, exist_ok=True)
    with FileLock(base / "runs" / ".mlflow.lock"):
        yield


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
        return found.experiment_id if found else self._client.create_experiment(name, tags=_KIND)

    def _parent(self, record: JobRecord) -> str:
        """The run of this invocation: found by (name, digest of parameters and code), or made."""
        experiment = self._experiment(record.experiment)
        wanted = f"tags.`matebit.name` = '{record.name}' and tags.`matebit.invocation` = '{record.digest}'"
        found = self._client.search_runs([experiment], wanted, max_results=1)
        if found:
            return found[0].info.run_id
        tags = self._tags(record) | {"matebit.invocation": record.digest, "mlflow.runName": record.name}
        run = self._client.create_run(experiment, start_time=record.started, tags=tags)
        return run.info.run_id

    def _create(self, record: JobRecord) -> str:
        tags = self._tags(record) | {
            "mlflow.parentRunId": self._parent(record),
            "mlflow.runName": f"{record.name}: {record.job}",
            "matebit.stage": record.stage,
        }
        if record.method is not None:
            tags |= {"matebit.method": record.method, "matebit.seed": str(record.seed)}
        experiment = self._experiment(record.experiment)
        run = self._client.create_run(experiment, start_time=record.started, tags=tags).info.run_id
        told = flat(record.params)
        if record.method is not None:
            # As parameters too: MLflow's comparisons of runs group and plot by these, not by tags.
            told |= {"method": record.method, "training_seed": str(record.seed)}
        rows = [Param(key, value[:_PARAM_LENGTH]) for key, value in told.items()]
        for first in range(0, len(rows), _PARAMS_A_BATCH):
            self._client.log_batch(run, params=rows[first : first + _PARAMS_A_BATCH])
        return run

    def _tags(self, record: JobRecord) -> dict[str, str]:
        return {
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
        """The comparison table, with the report and with the parent: parents of several experiments can then
        be compared number by number.
        """
        parent = self._parent(record)
        self._client.log_batch(
            parent, metrics=[Metric(each.key, each.value, each.timestamp, 0) for each in values]
        )
        table = layout.reports / "tables" / "comparison.csv"
        for one in (run, parent):
            # A table that is there already would grow: a report of the same parameters has the same rows.
            if table.exists() and "mlflow.loggedArtifacts" not in self._client.get_run(one).data.tags:
                self._client.log_table(one, read_table(table, (), numbers=_COMPARED), "comparison.json")
