"""Our training step of `released` against the plain one, pair by pair in one run; one line of JSON.

    OMP_NUM_THREADS=1 python benchmarks/compare_released.py speed
    OMP_NUM_THREADS=1 python benchmarks/compare_released.py memory ours      (and: memory plain)
    OMP_NUM_THREADS=1 python benchmarks/compare_released.py forward

Speed is in seconds of CPU time, which other work on the machine disturbs least. Memory needs a process of
its own for each side.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext

import torch
from plain_released import PlainStep, plain_operations

from matebit.bench.measure import PeakMemory
from matebit.bench.networks import Case, made_up_batch
from matebit.features.build import build_features
from matebit.train.device import set_up_device
from matebit.train.step import TrainingStep

PAIRS, WARM_UP = 7, 2


def cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def pairs(ours: Callable[[], object], plain: Callable[[], object]) -> dict[str, float]:
    """Medians, and the median of the ratios of pairs."""
    times = []
    for turn in range(WARM_UP + PAIRS):
        mine = cpu_seconds(ours)
        with plain_operations():
            theirs = cpu_seconds(plain)
        if turn >= WARM_UP:
            times.append((mine, theirs))
    return {
        "ours_seconds": round(statistics.median(mine for mine, _ in times), 4),
        "plain_seconds": round(statistics.median(theirs for _, theirs in times), 4),
        "ratio": round(statistics.median(theirs / mine for mine, theirs in times), 3),
    }


def main() -> None:
    what, side = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    size, count = (256, 1) if what == "forward" else (64, 8)
    case = Case(variant="released", ngf=64 if what == "forward" else 16, size=size, batch=count)
    device = set_up_device("cpu", 1)
    params = case.sections()
    method = params.methods["matebit"]
    ours = TrainingStep(method, build_features(params.features), 1, device)
    plain = PlainStep(ours, count)
    batch = made_up_batch(method.model.condition_channels, size, count, device)
    if what == "speed":
        result = pairs(lambda: ours(batch, 0, 0), lambda: plain(batch))
    elif what == "forward":
        generators = ours.generator.eval(), plain.generator.eval()
        with torch.no_grad():
            result = pairs(*(lambda g=g: g(batch.condition, batch.exemplar, warp=False) for g in generators))
    else:
        with plain_operations() if side == "plain" else nullcontext(), PeakMemory(device) as memory:
            for _ in range(3):
                plain(batch) if side == "plain" else ours(batch, 0, 0)
        result = {"side": side, "peak_mb": round(memory.bytes / 2**20, 1)}  # type: ignore[dict-item]
    print(json.dumps({"what": what, "ngf": case.ngf, "size": size, "batch": count, **result}))


if __name__ == "__main__":
    main()
