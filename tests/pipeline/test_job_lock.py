"""One job at a time on a folder, and no lock left by a killed one."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from command import environment
from matebit.pipeline.lock import job_lock

HOLDER = """
import sys, time
from pathlib import Path
from matebit.pipeline.lock import job_lock
with job_lock(Path(sys.argv[1]), "train of mine"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path: Path):
    """Another process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "job.lock")],
        env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()


class Heard(logging.Handler):
    """What is logged from now on, between a test's fixtures and its body too, where caplog hears nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())


@pytest.fixture
def heard():
    """The messages of the program's logger."""
    handler, logger = Heard(), logging.getLogger("matebit")
    logger.addHandler(handler)
    yield handler.messages
    logger.removeHandler(handler)


@pytest.fixture
def waiting(tmp_path: Path, heard):
    """A thread that asks for the lock, and an event that it has got it."""
    got = threading.Event()

    def ask() -> None:
        with job_lock(tmp_path / "job.lock", "train of mine, again"):
            got.set()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield got
    thread.join(timeout=30)


def said(heard: list[str], words: str) -> bool:
    """Whether the log has the words, soon: the thread may speak late on a busy machine."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if any(words in message for message in heard):
            return True
        time.sleep(0.05)
    return False


def test_the_second_waits_and_names_the_first(holder, waiting, heard):
    assert not waiting.wait(0.5)
    assert said(heard, f"train of mine (process {holder.pid} on ")
    assert said(heard, "train of mine, again is waiting")
    holder.stdin.close()
    assert waiting.wait(30)


def test_a_killed_holder_leaves_no_lock(holder, waiting):
    assert not waiting.wait(0.5)
    holder.send_signal(signal.SIGKILL)
    assert waiting.wait(30)


def test_a_damaged_note_of_the_holder_does_no_harm(holder, tmp_path: Path, request, heard):
    (tmp_path / "job.holder.json").write_text("{")
    got = request.getfixturevalue("waiting")
    assert not got.wait(0.5)
    assert said(heard, "another process")
    holder.stdin.close()
    assert got.wait(30)


def test_the_lock_is_free_again_after_an_error(tmp_path: Path):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), job_lock(tmp_path / "job.lock", "mine"):
            raise ZeroDivisionError
    assert not (tmp_path / "job.holder.json").exists()
