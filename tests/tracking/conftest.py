"""A store of MLflow for records, and jobs that write them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from matebit.engines.resolve import params_digest
from matebit.pipeline.stages import STAGES
from matebit.tracking.record import JobRecord
from tiny_experiment import Experiment


@pytest.fixture(scope="session")
def begin() -> Callable[..., JobRecord]:
    """`begin(experiment, stage, method, seed)`: the record of a job that begins now."""

    def started(
        experiment: Experiment, stage: str, method: str | None = None, seed: int | None = None
    ) -> JobRecord:
        params = experiment.params
        digest = params_digest(params)
        record = JobRecord.begin(experiment.layout, params, digest, STAGES[stage], method, seed)
        record.save()
        return record

    return started


@pytest.fixture
def store_at(monkeypatch, tmp_path: Path) -> str:
    """MLFLOW_TRACKING_URI of a store that is not there yet."""
    uri = f"sqlite:///{tmp_path / 'store.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    return uri
