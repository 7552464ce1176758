"""`matebit ui`: MLflow's page, opened where the runs are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    import subprocess


def ui(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 5000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser, at a terminal.")
    ] = True,
) -> None:
    """Show the runs in MLflow's page, from the store that the stages log to.

    Example: matebit ui --port 5001
    """
    import os
    import re
    import subprocess
    import sys
    import webbrowser

    from matebit.errors import MatebitError
    from matebit.tracking.follow import send_all
    from matebit.tracking.store import runs_page, tracking_uri

    base = Path()
    send_all(base)
    uri = tracking_uri(base)
    if uri.startswith("http"):
        raise MatebitError(f"MLFLOW_TRACKING_URI is a server: open {runs_page(base, uri)} in a browser")
    page = runs_page(base, f"http://{host}:{port}")
    # A store's address may hold a password: it goes neither to the screen nor to the list of processes.
    typer.echo(f"{page}\nshows {re.sub(r'(?<=:)[^:/@]+(?=@)', '***', uri)}; Ctrl-C ends it")
    command = [sys.executable, "-m", "mlflow", "ui"]
    # Its queues of jobs are for evaluating language models: a dozen processes that nobody here asks.
    environment = {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        **os.environ,
        "MLFLOW_BACKEND_STORE_URI": uri,
    }
    server = subprocess.Popen([*command, "--host", host, "--port", str(port)], env=environment)
    try:
        if open_page and sys.stdout.isatty():
            _when_it_answers(server, host, port, lambda: webbrowser.open(page))
        status = server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
        return
    if status:
        raise MatebitError(f"MLflow's page ended with status {status}; what it said stands above")


def _when_it_answers(
    server: subprocess.Popen[bytes], host: str, port: int, then: Callable[[], object]
) -> None:
    """Call `then` once the server takes connections; it may take half a minute."""
    import socket
    import time

    for _ in range(120):
        if server.poll() is not None:
            return
        with socket.socket() as asked:
            asked.settimeout(1)
            if asked.connect_ex((host, port)) == 0:
                then()
                return
        time.sleep(0.5)
