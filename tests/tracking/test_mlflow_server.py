"""MLflow's server on PostgreSQL, with a password: eight jobs of eight folders tell it at once."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import pytest
from own_servers import DATABASE_PASSWORD, mlflow_server, postgres, postgres_programs

from command import complaint, environment, matebit_here
from matebit.io.files import write_text
from matebit.tracking.record import JobRecord
from tiny_experiment import TINY, Experiment, resolved_below

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]

PASSWORD = "of-the-administrator"
JOBS = 8
STEPS = 60


def finished_training(base: Path, name: str, begin: Callable[..., JobRecord]) -> Experiment:
    """The files and the record of a training that has ended, of which nobody was told."""
    mapping = {**TINY, "name": name, "tracking": {"experiment": "shared"}}
    experiment = resolved_below(base, mapping)
    folders = experiment.layout.run("matebit", 1)
    write_text(experiment.layout.pairs / "pairs.csv", "item,exemplar\na,b\n")
    write_text(folders.checkpoint, f"weights of {name}")
    lines = (f'{{"step": {step}, "images": {4 * step}, "fm": {step / 7}}}\n' for step in range(1, STEPS + 1))
    write_text(folders.train / "curves.jsonl", "".join(lines))
    begin(experiment, "train", "matebit", 1).end("FINISHED")
    return experiment


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, begin) -> Iterator[SimpleNamespace]:
    """The server after eight processes, started together, have told it of a training each."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL on this machine (Debian: apt-get install postgresql)")
    base = tmp_path_factory.mktemp("served")
    jobs = [finished_training(base / f"of{number}", f"job{number}", begin) for number in range(JOBS)]
    with postgres(programs) as database, mlflow_server(base, database, PASSWORD) as address:
        variables = {
            "MLFLOW_TRACKING_URI": address,
            "MLFLOW_TRACKING_USERNAME": "admin",
            "MLFLOW_TRACKING_PASSWORD": PASSWORD,
            "NO_PROXY": "127.0.0.1",
        }
        followers = [
            subprocess.Popen(
                [sys.executable, "-m", "matebit.tracking.follow", str(job.layout.state / "tracking"), "1"],
                env=environment(**variables), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            )
            for job in jobs
        ]  # fmt: skip
        said = [process.communicate(timeout=300)[1] for process in followers]
        with mock.patch.dict(os.environ, variables):
            from mlflow import MlflowClient

            client = MlflowClient(address)
            yield SimpleNamespace(
                address=address, client=client, variables=variables, base=base, jobs=jobs, said=said,
                statuses=[process.returncode for process in followers],
            )  # fmt: skip


def runs_of(served: SimpleNamespace) -> list:
    [found] = [each for each in served.client.search_experiments() if each.name == "shared"]
    return list(served.client.search_runs([found.experiment_id], max_results=100))


def test_all_were_heard_and_none_twice(served: SimpleNamespace):
    assert served.statuses == [0] * JOBS, served.said
    assert not [line for said in served.said for line in said.splitlines() if "WARNING" in line]
    runs = runs_of(served)
    stages = [(run.data.tags["matebit.name"], run.data.tags.get("matebit.stage", "parent")) for run in runs]
    names = [f"job{number}" for number in range(JOBS)]
    assert sorted(stages) == sorted((name, kind) for name in names for kind in ("parent", "train"))
    assert all(run.info.status == "FINISHED" for run in runs if "matebit.stage" in run.data.tags)


def test_every_curve_is_whole(served: SimpleNamespace):
    for run in runs_of(served):
        if "matebit.stage" in run.data.tags:
            points = served.client.get_metric_history(run.info.run_id, "loss/fm")
            assert sorted((point.step, point.value) for point in points) == [
                (step, step / 7) for step in range(1, STEPS + 1)
            ]
            shown = {file.path for file in served.client.list_artifacts(run.info.run_id)}
            assert {"model.safetensors", "curves.jsonl"} <= shown


def test_its_page_is_named_and_nothing_is_sent_twice(served: SimpleNamespace):
    said = complaint(matebit_here(served.base / "of0", "ui", **served.variables))
    assert f"open {served.address}/#/experiments/" in said
    assert len(runs_of(served)) == 2 * JOBS


def test_a_wrong_password_is_said_and_loses_nothing(served: SimpleNamespace, begin):
    late = finished_training(served.base / "late", "late", begin)
    wrong = {**served.variables, "MLFLOW_TRACKING_PASSWORD": "a-guess"}
    said = complaint(matebit_here(late.layout.base, "ui", **wrong))
    assert "does not take what it is told" in said
    assert "401" in said or "not authenticated" in said.lower()
    assert "a-guess" not in said
    complaint(matebit_here(late.layout.base, "ui", **served.variables))
    assert [run.data.tags["matebit.name"] for run in runs_of(served)].count("late") == 2


def test_the_databases_password_is_in_no_file_of_the_project(served: SimpleNamespace):
    for path in served.base.glob("of*/runs/**/*"):
        if path.is_file():
            text = path.read_text(errors="replace")
            assert DATABASE_PASSWORD not in text
            assert PASSWORD not in text
