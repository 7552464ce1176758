"""The trained networks as MLflow's logged models: what the numbers of later jobs are attached to."""

from __future__ import annotations

from mlflow import MlflowClient
from mlflow.entities import LoggedModelInput, LoggedModelOutput, LoggedModelStatus

from matebit.tracking.record import JobRecord


def _wanted(record: JobRecord) -> dict[str, str]:
    """The tags by which the model of a method and seed is found again."""
    return {
        "matebit.name": record.name,
        "matebit.params": record.digest,
        "matebit.method": str(record.method),
        "matebit.seed": str(record.seed),
    }


def find_model(client: MlflowClient, experiment: str, record: JobRecord) -> str | None:
    """The id of the model that the record's method and seed trained; None if MLflow has not heard of it."""
    wanted = " AND ".join(f"tags.`{key}` = '{value}'" for key, value in _wanted(record).items())
    found = client.search_logged_models([experiment], filter_string=wanted, max_results=1)
    return found[0].model_id if found else None


def log_model(client: MlflowClient, experiment: str, run: str, record: JobRecord, digest: str) -> None:
    """Tell of the network that a finished training left; `digest` is the SHA-256 of its checkpoint.

    Safe to repeat: the model of the same method, seed, parameters and code is one model.
    """
    model = find_model(client, experiment, record)
    if model is None:
        made = client.create_logged_model(
            experiment,
            name=f"{record.name}-{record.method}-seed{record.seed}",
            source_run_id=run,
            tags=_wanted(record) | {"matebit.checkpoint.sha256": digest},
            params={"method": str(record.method), "training_seed": str(record.seed)},
            model_type="generator",
        )
        model = made.model_id
        client.log_outputs(run, [LoggedModelOutput(model, step=0)])
    client.finalize_logged_model(model, LoggedModelStatus.READY)


def log_model_use(client: MlflowClient, run: str, model: str) -> None:
    """Tell that a run read the model."""
    client.log_inputs(run, models=[LoggedModelInput(model)])
