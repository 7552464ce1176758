"""How fast SWD is: the package's against two textbook forms in numpy, on the same images and cores."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from types import SimpleNamespace
from typing import Any

from matebit.bench.arrays import DrawnInputs
from matebit.bench.textbook_swd import Images, looped_swd, whole_array_swd
from matebit.config.metrics import SwdConfig
from matebit.contracts.translated import Item
from matebit.metrics.batch import Inputs, ScoredBatch
from matebit.metrics.swd import SlicedWasserstein


@dataclass(frozen=True)
class Timing:
    """One way to the number: wall-clock seconds, seconds of all cores together, and the number.

    On a machine that does other work, only the second compares.
    """

    name: str
    seconds: float
    cpu_seconds: float
    swd: float


def package_swd(inputs: Inputs, items: list[Item], config: SwdConfig, threads: int) -> list[float]:
    """Mean and levels by the metric itself."""
    metric = SlicedWasserstein(config, threads)
    for start in range(0, len(items), 16):
        metric.update(ScoredBatch(items[start : start + 16], inputs))
    return [value.value for value in metric.values()]


def run(images: int, side: int, threads: int) -> list[Timing]:
    """The package's way, then loops, then whole arrays.

    Drawing the images is not timed, nor a first round of two images each, which loads libraries.
    """
    import torch

    torch.set_num_threads(threads)
    config, drawn = SwdConfig(), DrawnInputs(side)
    items = [Item(f"{number:06}", "", 1) for number in range(images)]
    one = {item.id: drawn.translated(item) for item in items}
    other = {item.id: drawn.real(item) for item in items}

    def first(images: Images, count: int) -> Images:
        return dict(islice(images.items(), count))

    kept: Any = SimpleNamespace(translated=lambda item: one[item.id], real=lambda item: other[item.id])
    ways: dict[str, Callable[[int], list[float]]] = {
        "matebit": lambda count: package_swd(kept, items[:count], config, threads),
        "numpy, loops (float64)": lambda count: looped_swd(first(one, count), first(other, count), config),
        "numpy, whole arrays (float32)": lambda count: whole_array_swd(
            first(one, count), first(other, count), config
        ),
    }
    timings = []
    for name, way in ways.items():
        way(2)
        began, cpu_began = time.perf_counter(), time.process_time()
        values = way(images)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        timings.append(Timing(name, wall, cpu, values[0]))
    return timings
