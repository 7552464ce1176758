"""Logging and progress: rich on a terminal, a plain line every ten seconds elsewhere."""

from __future__ import annotations

import contextlib
import logging
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

T = TypeVar("T")
_LINE_EVERY_SECONDS = 10.0
logger = logging.getLogger("matebit")


def set_up_logging(verbose: bool = False) -> None:
    """Send the package's log to standard error: time, level and message, no colours in a file."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    root = logging.getLogger("matebit")
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    root.propagate = False


class JobLog(logging.FileHandler):
    """The file of a job's log. Where the disk is full it loses lines: the job itself says so, once."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Logging's own would print a traceback for every line."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:
        """Close the file; what could not be written is tried once more, and then lost."""
        with contextlib.suppress(OSError):
            super().close()


def _span(seconds: float) -> str:
    seconds = max(0, round(seconds))
    return f"{seconds // 3600}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


class Progress:
    """Counts units of one long piece of work and shows the rate and the time left.

    >>> with Progress("drawing", total=100, unit="portraits") as bar:
    ...     bar.advance()

    `done` units of `total` count as finished before this run (a resumed stage) and do not enter the rate.
    """

    def __init__(self, what: str, total: int, unit: str, done: int = 0) -> None:
        self.what, self.total, self.unit = what, total, unit
        self.done = self._before = done
        self._bar: Any = None  # a bar of rich, on a terminal
        self._task: Any = None

    def __enter__(self) -> Progress:
        self._start = self._last_line = time.monotonic()
        if sys.stderr.isatty():
            from rich import progress
            from rich.console import Console

            self._bar = progress.Progress(
                progress.TextColumn("{task.description}"),
                progress.BarColumn(),
                progress.MofNCompleteColumn(),
                progress.TextColumn("{task.fields[rate]}"),
                progress.TimeRemainingColumn(),
                console=Console(stderr=True),
            )
            self._bar.start()
            self._task = self._bar.add_task(self.what, total=self.total, completed=self.done, rate="")
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        if kind is None:
            logger.info("%s: %s", self.what, self._state())

    def _rate(self) -> float:
        return (self.done - self._before) / max(time.monotonic() - self._start, 1e-9)

    def _state(self) -> str:
        rate = self._rate()
        left = (self.total - self.done) / rate if rate else 0
        text = f"{self.done} of {self.total} {self.unit}, {rate:.1f} {self.unit}/s"
        return f"{text}, {_span(left)} left" if self.done < self.total else text

    def advance(self, count: int = 1, note: str = "") -> None:
        """Count `count` more units; `note` is shown beside the rate (the present loss, say)."""
        self.done += count
        if self._bar is not None:
            rate = f"{self._rate():.1f} {self.unit}/s {note}"
            self._bar.update(self._task, completed=self.done, rate=rate)
        elif time.monotonic() - self._last_line > _LINE_EVERY_SECONDS:
            self._last_line = time.monotonic()
            logger.info("%s: %s%s", self.what, self._state(), f"; {note}" if note else "")


def track(items: Iterable[T], what: str, total: int, unit: str) -> Iterator[T]:
    """Yield the items, showing progress."""
    with Progress(what, total, unit) as bar:
        for item in items:
            yield item
            bar.advance()
