"""MLflow's server on PostgreSQL, both in processes and a folder of their own, on loopback."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_SECONDS = 900  # to start on a busy machine: MLflow's server makes its tables first
USER, PASSWORD = "admin", "secret-of-a-test"


def postgres_programs() -> Path | None:
    """The folder of `initdb` and `postgres`, where Debian's package has it; None if there is none."""
    found = shutil.which("postgres")
    beside = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    path = Path(found).resolve() if found else next(iter(beside[-1:]), None)
    return path.parent if path else None


@contextlib.contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """The address of PostgreSQL's database, its password in it, until the block ends.

    It refuses to run as root: then it runs as the user `postgres`, whom the package brings.
    """
    who = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    password, port = secrets.token_hex(8), _free_port()
    with tempfile.TemporaryDirectory(prefix="matebit-postgres") as folder:
        secret = Path(folder, "password")
        secret.write_text(password)
        if who:
            for path in (folder, secret):
                shutil.chown(path, "postgres", "postgres")
        words = ["--auth", "scram-sha-256", "--username", "matebit", "--pwfile", str(secret)]
        subprocess.run(
            [programs / "initdb", "--pgdata", f"{folder}/data", "--encoding", "UTF8", *words],
            check=True, capture_output=True, cwd=folder, **who,
        )  # fmt: skip
        settings = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"]
        words = [word for setting in settings for word in ("-c", setting)]
        with Path(folder, "log").open("w") as log:
            process = subprocess.Popen(
                [programs / "postgres", "-D", f"{folder}/data", "-p", str(port), *words],
                stdout=log, stderr=log, cwd=folder, **who,
            )  # fmt: skip
        try:
            _wait_for(process, port, Path(folder, "log"))
            yield f"postgresql://matebit:{password}@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # does not wait for those who are still connected
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGQUIT)  # at once
                process.wait()


@contextlib.contextmanager
def mlflow_server(folder: Path, store: str, *words: str, **variables: str) -> Iterator[str]:
    """The address of `mlflow server` on the store, pictures and tables in `folder`, until the block ends."""
    folder.mkdir(parents=True)
    port = _free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port)]
    # One worker: several are killed where they take longer than five seconds to load.
    command += ["--workers", "1", "--artifacts-destination", str(folder / "artifacts"), *words]
    environment = {
        **os.environ,
        "MLFLOW_BACKEND_STORE_URI": store,
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        **variables,
    }
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_for(process, port, folder / "log")
        yield f"http://127.0.0.1:{port}"
    finally:
        # Its own group, to which all that it started belongs.
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(timeout=30)


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def _wait_for(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + _SECONDS
    while True:
        assert process.poll() is None, log.read_text()[-3000:]
        assert time.monotonic() < until, log.read_text()[-3000:]
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
