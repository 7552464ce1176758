"""MLflow's page on this machine: sent what is left to say, started on a free port, ended with the command."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from matebit.errors import MatebitError
from matebit.io.listening import listening
from matebit.tracking.follow import send_all
from matebit.tracking.place import tracking_uri, without_password
from matebit.tracking.store import runs_page

_SECONDS_TO_END = 10.0


class Ended(KeyboardInterrupt):
    """The command was asked to end by the signal `number`."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number


def show_runs(base: Path, host: str, port: int, open_page: bool = False) -> None:
    """Serve MLflow's page until a signal, which ends the server too.

    Raises `MatebitError` where the store is a server, where it cannot be told, and where nothing can listen.
    """
    uri = tracking_uri(base)
    if uri.startswith("http"):
        send_all(base)
        raise MatebitError(
            f"MLFLOW_TRACKING_URI is a server; open {without_password(runs_page(base, uri))} in a browser"
        )
    with listening(host, port) as found:  # MLflow's server takes the port once it is loaded
        port = found.getsockname()[1]
    send_all(base)
    page = runs_page(base, f"http://{host}:{port}")
    print(f"{page} shows {without_password(uri)}; Ctrl-C ends it", flush=True)
    words = [sys.executable, "-m", "mlflow", "ui"]
    # One process serves one reader; MLflow's four load the same libraries each, and uvicorn kills those that
    # take longer than five seconds to load.
    words += ["--host", host, "--port", str(port), "--workers", "1"]
    # In a group of its own, so that the processes that the server starts end with it.
    # The store goes by a variable: its address may hold a password, which a list of processes would show.
    # MLflow's queues of jobs are for evaluating language models: a dozen processes that nobody here asks.
    environment = {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        **os.environ,
        "MLFLOW_BACKEND_STORE_URI": uri,
    }
    with _asked_to_end() as asked:
        server = subprocess.Popen(words, env=environment, start_new_session=True)
        try:
            if open_page and sys.stdout.isatty():
                threading.Thread(target=_open, args=(page, server, host, port), daemon=True).start()
            while server.poll() is None and not asked:
                time.sleep(0.1)
        finally:
            status = server.poll()
            _end_group(server)
    if asked:
        raise Ended(asked[0])
    if status:
        raise MatebitError(f"MLflow's server on {host}:{port} ended with status {status}; it says why above")


@contextmanager
def _asked_to_end() -> Iterator[list[int]]:
    """The signals that asked the command to end. None raises: a server being started would stay."""
    asked: list[int] = []
    ends = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    ends = [number for number in ends if signal.getsignal(number) is not signal.SIG_IGN]  # as `nohup` has it
    before = [signal.signal(number, lambda number, _: asked.append(number)) for number in ends]
    try:
        yield asked
    finally:
        for number, handler in zip(ends, before, strict=True):
            signal.signal(number, handler)


def _open(page: str, server: subprocess.Popen[bytes], host: str, port: int) -> None:
    """Open the page in a browser once the server takes connections."""
    while server.poll() is None:
        with socket.socket() as asked:
            if asked.connect_ex((host, port)) == 0:
                webbrowser.open(page)
                return
        time.sleep(0.5)


def _end_group(server: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, number)
            server.wait(_SECONDS_TO_END)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
