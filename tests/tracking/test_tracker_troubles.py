"""A tracker that refuses: one sentence, nothing lost; MLflow's page ends as the program's own does."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from command import complaint, matebit_here, start_matebit
from matebit.config.schema import TrackingConfig
from matebit.tracking import record as records
from matebit.tracking.follow import follow
from matebit.tracking.place import without_password

pytestmark = pytest.mark.slow  # MLflow's imports and its server


@pytest.fixture(params=[401, 500])
def refusing(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that answers everything with one status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(request.param)

        do_POST = do_GET

        def log_message(self, *rest: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://user:secret@127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_server_that_refuses(refusing: str, tmp_path: Path):
    variables = {
        "MLFLOW_TRACKING_URI": refusing,
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",
        "NO_PROXY": "127.0.0.1",
    }
    said = complaint(matebit_here(tmp_path, "ui", **variables))
    assert "does not take what it is told" in said
    assert "nothing is lost" in said
    assert "secret" not in said


def test_a_server_that_refuses_beside_a_stage(refusing: str, tmp_path: Path, caplog, monkeypatch):
    folder = tmp_path / "runs/mine/tracking"
    records.JobRecord(folder / "d/pairs.1.json", "mine", "d", "pairs", None, None, "", "x").save()
    reading, writing = os.pipe()
    os.close(writing)  # the stage has ended
    monkeypatch.setattr(sys, "stdin", os.fdopen(reading))
    monkeypatch.setattr(logging.getLogger("matebit"), "propagate", True)
    for key, value in {"TRACKING_URI": refusing, "HTTP_REQUEST_MAX_RETRIES": "0"}.items():
        monkeypatch.setenv(f"MLFLOW_{key}", value)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert follow(folder, 0.01) == 1
    assert "MLflow could not be told: the tracker http://user:***@127.0.0.1" in caplog.text
    assert "secret" not in caplog.text
    assert "Traceback" not in caplog.text


def test_results_that_are_gone_hold_no_other_record_up(tmp_path: Path, caplog, monkeypatch):
    from mlflow import MlflowClient

    folder = tmp_path / "runs/mine/tracking"
    for stage in ("data", "conditions"):  # of the data there is no index.csv
        job = records.JobRecord(folder / f"d/{stage}.1.json", "mine", "d", stage, None, None, "", "x")
        job.end("FINISHED")
    monkeypatch.setattr(logging.getLogger("matebit"), "propagate", True)
    uri = f"sqlite:///{tmp_path / 'mlflow.db'}"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    reading, writing = os.pipe()
    monkeypatch.setattr(sys, "stdin", os.fdopen(reading))
    threading.Timer(2, os.close, (writing,)).start()  # the job runs for a while
    assert follow(folder, 0.1) == 1
    [said] = [each.getMessage() for each in caplog.records if each.name == "matebit"]
    assert said.startswith("MLflow has not heard what data of mine gave: ")
    assert "data/index.csv does not exist" in said
    client = MlflowClient(uri)
    runs = client.search_runs([each.experiment_id for each in client.search_experiments()])
    status = {run.data.tags.get("matebit.stage", "parent"): run.info.status for run in runs}
    assert status == {"data": "RUNNING", "conditions": "FINISHED", "parent": "RUNNING"}


def test_no_password_is_shown():
    said = "sqlite:///a:b.db mysql+pymysql://me:s%40cret@db:3306/x failed: http://u:p@h/y?at=z@w"
    assert without_password(said) == (
        "sqlite:///a:b.db mysql+pymysql://me:***@db:3306/x failed: http://u:***@h/y?at=z@w"
    )


def test_the_warning_names_the_log_itself(tmp_path: Path, caplog, monkeypatch):
    record = records.JobRecord(
        tmp_path / "runs/mine/tracking/d/train.1.json", "mine", "d", "train", "matebit", 1, "", "x"
    )

    def failing(*rest: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["false"], stdin=subprocess.PIPE)

    monkeypatch.setattr(records, "_start_follower", failing)
    with records.tracked(record, TrackingConfig()):
        pass
    assert str(tmp_path / "runs/mine/tracking/follow.log") in caplog.text
    assert "NAME" not in caplog.text


def test_a_port_that_is_taken(tmp_path: Path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = complaint(matebit_here(tmp_path, "ui", "--port", str(port)))
    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert "no such port" in complaint(matebit_here(tmp_path, "ui", "--port", "70000"))
    assert "no such port" in complaint(matebit_here(tmp_path, "app", "--port", "70000"))


def test_the_server_ends_with_the_command(tmp_path: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start_matebit(tmp_path, "ui", "--port", str(port))
    try:
        assert process.stdout is not None
        assert str(port) in process.stdout.readline()
        started = psutil.Process(process.pid).children(recursive=True)
        while not started:
            time.sleep(0.05)
            started = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 143
        assert psutil.wait_procs(started, timeout=10)[1] == []
    finally:
        process.kill()
