"""Stopping in good order: a first SIGTERM or Ctrl-C lets the step end and the state be saved."""

from __future__ import annotations

import signal
from types import FrameType


class Interrupted(KeyboardInterrupt):
    """The run was asked to stop, has saved its state, and goes on when it is started again."""

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number


class StopRequest:
    """While open, SIGTERM and SIGINT only leave a note in `number`; a Ctrl-C after that acts at once.

    A SIGTERM never does: at a time limit Slurm and its srun send one each, and what means it kills.
    """

    number: int | None = None

    def __enter__(self) -> StopRequest:
        self._before = {s: signal.getsignal(s) for s in (signal.SIGTERM, signal.SIGINT)}
        for number in self._before:
            signal.signal(number, self._note)
        return self

    def __exit__(self, *rest: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        signal.signal(signal.SIGINT, self._before[signal.SIGINT])
