"""MLflow's server on PostgreSQL: eight jobs tell it at once, every run is there exactly once; a password."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from mlflow_server import PASSWORD, USER, mlflow_server, postgres, postgres_programs

from command import complaint, environment, matebit_here
from matebit.tracking.record import JobRecord
from tiny_experiment import TINY, Experiment, resolved_below

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

# All that is slow to load is loaded before they begin, so that they do so at once.
FOLLOWER = """
import sys
from pathlib import Path
import matebit.tracking.store
from matebit.tracking.follow import follow
print("loaded", flush=True)
sys.stdin.readline()
sys.exit(follow(Path(sys.argv[1]), 0.2))
"""
STEPS = range(1, 41)


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    programs = postgres_programs()
    if programs is None:
        pytest.skip("there is no PostgreSQL (Debian: apt-get install postgresql)")
    with postgres(programs) as address:
        yield address


def trained(base: Path, name: str, begin) -> tuple[Experiment, JobRecord]:
    """An experiment whose conditions are drawn and whose training is in the middle."""
    experiment = resolved_below(base, {**TINY, "name": name, "tracking": {"experiment": "together"}})
    begin(experiment, "conditions").end("FINISHED")
    record = begin(experiment, "train", "matebit", 1)
    learn(experiment, STEPS[:20])
    return experiment, record


def learn(experiment: Experiment, steps: range) -> None:
    folder = experiment.layout.run("matebit", 1).train
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "curves.jsonl").open("a") as stream:
        for step in steps:
            stream.write(json.dumps({"step": step, "images": 4 * step, "fm": step / 10}) + "\n")


def followers(experiments: list[Experiment], server: str) -> list[subprocess.Popen[str]]:
    """The process beside each job, everything loaded, told to begin."""
    known = environment(MLFLOW_TRACKING_URI=server)
    begun = [
        subprocess.Popen(
            [sys.executable, "-c", FOLLOWER, str(experiment.layout.state / "tracking")],
            env=known, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for experiment in experiments
    ]  # fmt: skip
    for process in begun:
        assert process.stdout.readline() == "loaded\n", process.stderr.read()
    for process in begun:
        process.stdin.write("\n")
        process.stdin.flush()
    return begun


def told(record: JobRecord) -> int:
    """The last step that MLflow was told."""
    memory = record.file.with_suffix(".sent.json")
    return json.loads(memory.read_text())["step"] if memory.exists() else -1


def test_eight_jobs_at_once(database: str, tmp_path: Path, begin, monkeypatch):
    from mlflow import MlflowClient

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    names = [f"tiny{number}" for number in range(4)]
    # Four folders, as on four machines, and in each two jobs.
    jobs = [trained(tmp_path / name, name, begin) for name in names]
    with mlflow_server(tmp_path / "server", database) as server:
        processes = followers([experiment for experiment, _ in jobs for _ in range(2)], server)
        try:
            until = time.monotonic() + 600
            while any(told(record) < 20 for _, record in jobs):
                assert all(process.poll() is None for process in processes)
                assert time.monotonic() < until
                time.sleep(0.2)
            for experiment, record in jobs:
                learn(experiment, STEPS[20:])
                experiment.layout.run("matebit", 1).checkpoint.write_text("weights")
                record.end("FINISHED")
            for process in processes:
                _, said = process.communicate(timeout=600)
                assert process.returncode == 0, said
        finally:
            for process in processes:
                process.kill()
                process.wait()
        client = MlflowClient(server)
        [found] = [each for each in client.search_experiments() if each.name == "together"]
        runs = client.search_runs([found.experiment_id])
        of_one = ["parent", "conditions", "train"]
        assert Counter(
            (run.data.tags["matebit.name"], run.data.tags.get("matebit.stage", "parent")) for run in runs
        ) == Counter((name, stage) for name in names for stage in of_one)
        for run in runs:
            if run.data.tags.get("matebit.stage") == "train":
                history = client.get_metric_history(run.info.run_id, "loss/fm")
                assert sorted((each.step, each.value) for each in history) == [(n, n / 10) for n in STEPS]
                assert run.info.status == "FINISHED"
                assert "model.safetensors" in {each.path for each in client.list_artifacts(run.info.run_id)}


def test_a_server_with_a_password(database: str, tmp_path: Path, begin, monkeypatch):
    from mlflow import MlflowClient

    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    base = tmp_path / "guarded"
    experiment, record = trained(base, "guarded", begin)
    experiment.layout.run("matebit", 1).checkpoint.write_text("weights")
    record.end("FINISHED")
    guarded = {"MLFLOW_AUTH_ADMIN_PASSWORD": PASSWORD, "MLFLOW_FLASK_SERVER_SECRET_KEY": "of-a-test"}
    with mlflow_server(tmp_path / "server", database, "--app-name", "basic-auth", **guarded) as server:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
        monkeypatch.setenv("MLFLOW_TRACKING_USERNAME", USER)
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "wrong-password")
        assert "nothing is lost" in complaint(matebit_here(base, "ui"))
        monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", PASSWORD)
        assert f"open {server}/#/experiments/" in complaint(matebit_here(base, "ui"))
        client = MlflowClient(server)
        runs = client.search_runs([each.experiment_id for each in client.search_experiments()])
        mine = [run.data.tags for run in runs if run.data.tags.get("matebit.name") == "guarded"]
        assert sorted(tags.get("matebit.stage", "parent") for tags in mine) == [
            "conditions",
            "parent",
            "train",
        ]
        # The password in the address does as well, and is not shown.
        for name in ("USERNAME", "PASSWORD"):
            monkeypatch.delenv(f"MLFLOW_TRACKING_{name}")
        address = server.replace("://", f"://{USER}:{PASSWORD}@")
        said = complaint(matebit_here(base, "ui", MLFLOW_TRACKING_URI=address))
        assert f"open {server.replace('://', f'://{USER}:***@')}/#/experiments/" in said
