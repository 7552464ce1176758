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
from pathlib import Path
from types import FrameType

from matebit.errors import MatebitError
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
    _check_free(host, port)
    send_all(base)
    page = runs_page(base, f"http://{host}:{port}")
    print(f"{page} shows {without_password(uri)}; Ctrl-C ends it", flush=True)
    words = [sys.executable, "-m", "mlflow", "ui"]
    words += ["--host", host, "--port", str(port)]
    before = signal.signal(signal.SIGTERM, _end)
    # In a group of its own, so that the processes that the server starts end with it.
    # The store goes by a variable: its address may hold a password, which a list of processes would show.
    # MLflow's queues of jobs are for evaluating language models: a dozen processes that nobody here asks.
    environment = {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        **os.environ,
        "MLFLOW_BACKEND_STORE_URI": uri,
    }
    server = subprocess.Popen(words, env=environment, start_new_session=True)
    if open_page and sys.stdout.isatty():
        threading.Thread(target=_open, args=(page, server, host, port), daemon=True).start()
    try:
        status = server.wait()
    finally:
        _end_group(server)
        signal.signal(signal.SIGTERM, before)
    if status:
        raise MatebitError(f"MLflow's server on {host}:{port} ended with status {status}; it says why above")


def _open(page: str, server: subprocess.Popen[bytes], host: str, port: int) -> None:
    """Open the page in a browser once the server takes connections."""
    while server.poll() is None:
        with socket.socket() as asked:
            if asked.connect_ex((host, port)) == 0:
                webbrowser.open(page)
                return
        time.sleep(0.5)


def _end(number: int, frame: FrameType | None) -> None:
    raise Ended(number)


def _end_group(server: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(server.pid, number)
            server.wait(_SECONDS_TO_END)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


def _check_free(host: str, port: int) -> None:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except (OSError, OverflowError) as error:
        why = error.strerror if isinstance(error, OSError) else "there is no such port"
        raise MatebitError(
            f"cannot listen on {host}:{port} ({why}); choose another --port or --host"
        ) from error
