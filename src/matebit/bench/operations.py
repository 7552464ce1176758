"""What each operation with a backward of its own gains in a training step, in turns with its plain form."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from matebit.bench.measure import PeakMemory
from matebit.bench.networks import Case, training_step
from matebit.errors import MatebitError
from matebit.ops.switch import PLAIN_FORMS, plain_operations

ALL = "all together"


@dataclass(frozen=True)
class Gain:
    """Of one operation: seconds of CPU and peak memory of a step by its own form and by its plain one."""

    operation: str
    own_seconds: float
    plain_seconds: float
    ratio: float  # median of the pairs' plain / own
    own_bytes: int
    plain_bytes: int

    def line(self) -> str:
        """A row of the table."""
        own, plain = self.own_bytes / 2**20, self.plain_bytes / 2**20
        return (
            f"{self.operation:20}{self.own_seconds:8.3f} s {self.plain_seconds:8.3f} s {self.ratio:7.3f} x"
            f"{own:9.0f} MB {plain:6.0f} MB {self.plain_bytes / max(1, self.own_bytes):7.3f} x"
        )


HEAD = f"{'operation':20}{'own':>10} {'plain':>10} {'pairs':>9}{'own':>12} {'plain':>9} {'ratio':>9}"


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def gains(case: Case, chosen: Sequence[str] = ()) -> Iterator[Gain]:
    """`case.repeats` pairs of steps for each operation, the others in their own form.

    `chosen`: names of operations; if none, each of them and then all at once. Done on the CPU and measured in
    its seconds, which other work on the machine disturbs least; `case.threads` above 1 would count waiting.
    Raises `MatebitError` for a name that no operation has.
    """
    if unknown := [name for name in chosen if name not in PLAIN_FORMS]:
        raise MatebitError(
            f"no operation is called {', '.join(unknown)} (known: {', '.join(sorted(PLAIN_FORMS))})"
        )
    work, device = training_step(case)
    for _ in range(case.warmup):
        work()
    for name in chosen or (*sorted(PLAIN_FORMS), ALL):
        names = () if name == ALL else (name,)
        times = []
        for _ in range(case.repeats):
            own = _seconds(work)
            with plain_operations(*names):
                times.append((own, _seconds(work)))
        with PeakMemory(device) as of_own:
            work()
        with plain_operations(*names), PeakMemory(device) as of_plain:
            work()
        yield Gain(
            name,
            statistics.median(own for own, _ in times),
            statistics.median(plain for _, plain in times),
            statistics.median(plain / own for own, plain in times),
            of_own.bytes,
            of_plain.bytes,
        )
