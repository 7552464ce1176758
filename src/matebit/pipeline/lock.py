"""One process at a time works on a job's output folder; the second waits and says for whom."""

from __future__ import annotations

import json
import logging
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

logger = logging.getLogger("matebit")


@contextmanager
def job_lock(path: Path, what: str) -> Iterator[None]:
    """Hold the lock `path` for the job `what`; wait for another holder and name it.

    The lock is the operating system's and goes with its process, so a killed job leaves none behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    holder = path.with_suffix(".holder.json")
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        logger.warning("%s is waiting for %s, which works on the same folder", what, _named(holder))
        lock.acquire()
    try:
        holder.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "job": what}))
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _named(holder: Path) -> str:
    try:
        who = json.loads(holder.read_text())
        return f"{who['job']} (process {who['pid']} on {who['host']})"
    except (OSError, ValueError, KeyError):
        return "another process"
