"""Time, memory and arithmetic of a piece of work, as one line of JSON."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
import torch
from torch.utils.flop_counter import FlopCounterMode

from matebit.freed_memory import give_freed_memory_back

_PROBE = 2048  # side of the matrices of the probe


@dataclass(frozen=True)
class Measured:
    """What one benchmark prints; `peak_bytes` is beyond what was there before the first repeat."""

    bench: str
    what: dict[str, str | int | float]
    device: str
    threads: int
    repeats: int
    seconds: float  # median of the repeats, after the warm-up
    per_second: float
    unit: str
    peak_bytes: int | None = None
    flops: int | None = None
    flops_per_second: float | None = None
    share_of_peak: float | None = None

    def line(self) -> str:
        """One line of JSON; numbers to four significant digits."""
        rounded = {
            key: float(f"{value:.4g}") if isinstance(value, float) else value
            for key, value in asdict(self).items()
        }
        return json.dumps(rounded, sort_keys=False)


class PeakMemory:
    """While open, the highest memory beyond what was held at the start, in bytes.

    On CUDA that of PyTorch's allocator; on the CPU the resident set of this process, whose high-water mark
    Linux lets us lower to the present (elsewhere it is that of the whole process).
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.bytes = 0

    def __enter__(self) -> PeakMemory:
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
            self._before = torch.cuda.memory_allocated(self.device)
        else:
            give_freed_memory_back()
            reset = Path("/proc/self/clear_refs")
            if reset.exists():
                reset.write_text("5")
            self._before = psutil.Process().memory_info().rss
        return self

    def __exit__(self, *rest: object) -> None:
        cuda = self.device.type == "cuda"
        peak = torch.cuda.max_memory_allocated(self.device) if cuda else _high_water()
        self.bytes = max(0, peak - self._before)


def _high_water() -> int:
    """The highest resident set, in bytes."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _seconds(work: Callable[[], object], device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    began = time.perf_counter()
    work()
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter() - began


def peak_flops(device: torch.device, dtype: torch.dtype) -> float:
    """FLOP/s of a large matrix product: what this machine reaches, the best of five."""
    side = _PROBE if device.type == "cpu" else 4 * _PROBE
    a, b = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    best = min(_seconds(lambda: a @ b, device) for _ in range(5))
    return 2 * side**3 / best


def device_name(device: torch.device) -> str:
    """How a table names the device."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    return f"{platform.machine()} CPU"


def measure(
    bench: str,
    what: dict[str, str | int | float],
    work: Callable[[], object],
    device: torch.device,
    *,
    units: int,
    unit: str = "images",
    repeats: int,
    warmup: int,
    dtype: torch.dtype = torch.float32,
) -> Measured:
    """Do `work`, which handles `units` images, `warmup` and then `repeats` times.

    The peak of memory includes the warm-up: the first step is the one that a small machine must survive.
    """
    with PeakMemory(device) as memory:
        for _ in range(warmup):
            work()
        times = [_seconds(work, device) for _ in range(repeats)]
    with FlopCounterMode(display=False) as counted:
        work()
    flops, seconds = counted.get_total_flops(), statistics.median(times)
    return Measured(
        bench=bench,
        what=what,
        device=device_name(device),
        threads=torch.get_num_threads(),
        repeats=repeats,
        seconds=seconds,
        per_second=units / seconds,
        unit=unit,
        peak_bytes=memory.bytes,
        flops=flops,
        flops_per_second=flops / seconds,
        share_of_peak=flops / seconds / peak_flops(device, dtype),
    )
