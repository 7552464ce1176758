"""PostgreSQL and MLflow's server on this machine, each ended by the block that started it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from command import environment

DATABASE_PASSWORD = "of-the-database"
_SECONDS = 200.0  # until a server answers


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return asked.getsockname()[1]


def postgres_programs() -> Path | None:
    """The folder of initdb and postgres, if this machine has them (Debian: apt-get install postgresql)."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    if shutil.which("initdb") and shutil.which("postgres"):
        found.append(Path(str(shutil.which("initdb"))).parent)
    return next((folder for folder in found if (folder / "initdb").exists()), None)


def _until(answers: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        if answers():
            return
        time.sleep(0.2)
    raise AssertionError(f"the server does not answer: {log.read_text()[-3000:]}")


def _ended(process: subprocess.Popen[bytes], first: signal.Signals) -> None:
    """End the process and those that it started."""
    for number in (first, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, number)
            process.wait(timeout=20)
            return


@contextmanager
def postgres(programs: Path) -> Iterator[str]:
    """A PostgreSQL with a database of its own; gives the database's address with its password."""
    # It refuses to run as root, and its user must be able to reach the folder.
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="matebit-postgres-"))
    try:
        if user:
            shutil.chown(folder, user)
        password = folder / "password"
        password.write_text(DATABASE_PASSWORD)
        password.chmod(0o644)
        data, port, log = folder / "data", free_port(), folder / "log"
        words = ["--username=mlflow", "--auth=scram-sha-256", f"--pwfile={password}", "--encoding=UTF8"]
        words += ["--no-sync", "--locale=C"]
        subprocess.run(
            [programs / "initdb", *words, "-D", data], user=user, check=True, capture_output=True, cwd=folder
        )
        words = ["-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", str(folder), "-c", "fsync=off"]
        with log.open("wb") as written:
            server = subprocess.Popen(
                [programs / "postgres", *words],
                user=user, cwd=folder, stdout=written, stderr=written, start_new_session=True,
            )  # fmt: skip
        try:
            address = f"postgresql://mlflow:{DATABASE_PASSWORD}@127.0.0.1:{port}/postgres"
            _until(lambda: _connects(address), server, log)
            yield address
        finally:
            _ended(server, signal.SIGINT)
    finally:
        shutil.rmtree(folder)


def _connects(address: str) -> bool:
    import psycopg2

    try:
        psycopg2.connect(address).close()
    except psycopg2.OperationalError:
        return False
    return True


@contextmanager
def mlflow_server(folder: Path, store: str, password: str) -> Iterator[str]:
    """`mlflow server` on a store, which lets in `admin` with the password; gives its address."""
    port, log = free_port(), folder / "server.log"
    accounts = folder / "accounts.ini"
    accounts.write_text(
        "[mlflow]\ndefault_permission = READ\nadmin_username = admin\n"
        f"admin_password = {password}\ndatabase_uri = sqlite:///{folder / 'accounts.db'}\n"
        "authorization_function = mlflow.server.auth:authenticate_request_basic_auth\n"
    )
    words = ["--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--app-name", "basic-auth"]
    words += ["--artifacts-destination", str(folder / "artifacts")]
    variables = {
        "MLFLOW_BACKEND_STORE_URI": store,
        "MLFLOW_AUTH_CONFIG_PATH": str(accounts),
        "MLFLOW_FLASK_SERVER_SECRET_KEY": "of-the-test",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "NO_PROXY": "127.0.0.1",
    }
    with log.open("wb") as written:
        server = subprocess.Popen(
            [sys.executable, "-m", "mlflow", "server", *words],
            cwd=folder, env=environment(**variables), stdout=written, stderr=written, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{address}/health", timeout=5) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as refused:
            return refused.code == 401  # it answers, and asks for the password
        except OSError:
            return False

    try:
        _until(answers, server, log)
        yield address
    finally:
        _ended(server, signal.SIGTERM)
