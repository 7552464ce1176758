"""A server that speaks S3 (moto's) in a process of its own, and a line to it that can be cut."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

BUCKET = "results"
KEYS = {
    "AWS_ACCESS_KEY_ID": "of-a-test",
    "AWS_SECRET_ACCESS_KEY": "of-a-test",
    "AWS_DEFAULT_REGION": "us-east-1",
    # One try, so that a test does not wait for others.
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_EC2_METADATA_DISABLED": "true",
}
_SECONDS = 60


@contextlib.contextmanager
def s3_server() -> Iterator[int]:
    """The port of the server, until the block ends; what it holds is in its memory."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(words, env={**os.environ, **KEYS}, **quiet)
    try:
        until = time.monotonic() + _SECONDS
        while not _answers(port):
            assert process.poll() is None
            assert time.monotonic() < until, "the server did not come up"
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as trying:
        return trying.connect_ex(("127.0.0.1", port)) == 0


class Line:
    """Hands bytes on to a port of this machine, of those to it `room`; then it is cut until it is mended."""

    def __init__(self, to: int) -> None:
        self._to, self.room = to, None
        self._lock = threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    room: int | None

    def close(self) -> None:
        """No more connections."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(caller,), daemon=True).start()

    def _spent(self, count: int) -> bool:
        """Whether the line is cut by now."""
        with self._lock:
            if self.room is not None:
                self.room = max(0, self.room - count)
            return self.room == 0

    def _carry(self, caller: socket.socket) -> None:
        with (
            caller,
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", self._to)) as server,
        ):
            while not self._spent(0):
                ready, _, _ = select.select([caller, server], [], [], 0.2)
                for one in ready:
                    data = one.recv(65536)
                    if not data or (one is caller and self._spent(len(data))):
                        return
                    (server if one is caller else caller).sendall(data)


@contextlib.contextmanager
def line_to(port: int) -> Iterator[Line]:
    """A `Line` to the port, until the block ends."""
    line = Line(port)
    try:
        yield line
    finally:
        line.close()
