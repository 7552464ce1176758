"""Our training step of `released` against the plain one; one line of JSON.

    python comparisons/compare_released.py speed              pair by pair, CPU seconds of one thread
    python comparisons/compare_released.py speed --threads 2  pair by pair, by the clock
    python comparisons/compare_released.py speed ours --threads 2       a side in a process of its own
    python comparisons/compare_released.py memory ours
    python comparisons/compare_released.py forward

CPU seconds are what other work on the machine disturbs least; with several threads they would count waiting
too. Memory needs a process of its own for each side (`ours`, `plain`). Speed shows one more thing there: our
process keeps the memory that it frees, which in one process the plain side would have as well.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable

import torch

from matebit.bench.measure import PeakMemory
from matebit.bench.networks import Case, made_up_batch
from matebit.features.build import build_features
from matebit.train.device import set_up_device
from matebit.train.step import TrainingStep
from plain_released import PlainStep, plain_networks

PAIRS, WARM_UP = 7, 2


def seconds(work: Callable[[], object], threads: int) -> float:
    """What `work` takes: of the processor with one thread, of the clock with several."""
    clock = time.process_time if threads == 1 else time.perf_counter
    began = clock()
    work()
    return clock() - began


def side_by_side(ours: Callable[[], object], plain: Callable[[], object], threads: int) -> dict[str, float]:
    """Medians, and the median of the ratios of pairs."""
    times = []
    for turn in range(WARM_UP + PAIRS):
        mine = seconds(ours, threads)
        with plain_networks():
            theirs = seconds(plain, threads)
        if turn >= WARM_UP:
            times.append((mine, theirs))
    return {
        "ours_seconds": round(statistics.median(mine for mine, _ in times), 4),
        "plain_seconds": round(statistics.median(theirs for _, theirs in times), 4),
        "ratio": round(statistics.median(theirs / mine for mine, theirs in times), 3),
    }


def alone(step: Callable[[], object], words: argparse.Namespace, device: torch.device) -> dict[str, object]:
    """One side in this process: the memory of three steps, or the median of seconds after a warm-up."""
    if words.what == "memory":
        with PeakMemory(device) as memory:
            for _ in range(3):
                step()
        return {"side": words.side, "peak_mb": round(memory.bytes / 2**20, 1)}
    times = [seconds(step, words.threads) for _ in range(WARM_UP + PAIRS)]
    return {"side": words.side, "seconds": round(statistics.median(times[WARM_UP:]), 4)}


def parsed() -> argparse.Namespace:
    """The words of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("what", choices=["speed", "memory", "forward"])
    parser.add_argument("side", choices=["ours", "plain"], nargs="?")
    parser.add_argument("--threads", type=int, default=1)
    words = parser.parse_args()
    if {"memory": words.side is None, "forward": words.side is not None}.get(words.what):
        parser.error("memory takes a side, ours or plain; forward takes none")
    return words


def main() -> None:
    """Measure what the command line asks for."""
    words = parsed()
    size, count = (256, 1) if words.what == "forward" else (64, 8)
    case = Case(variant="released", ngf=64 if words.what == "forward" else 16, size=size, batch=count)
    if words.side == "plain":
        torch.set_num_threads(words.threads)
        device = torch.device("cpu")
    else:
        device = set_up_device("cpu", words.threads)
    params = case.sections()
    method = params.methods["matebit"]
    # the released training has no moving average, nor has the plain side
    method = method.model_copy(update={"train": method.train.model_copy(update={"ema_half_life": 0})})
    ours = TrainingStep(method, build_features(params.features), 1, device)
    batch = made_up_batch(method.model.condition_channels, size, count, device)
    result: dict[str, object] = {}
    if words.side == "ours":
        result |= alone(lambda: ours(batch, 0, 0), words, device)
    else:
        plain = PlainStep(ours, count)
        if words.side == "plain":
            with plain_networks():
                result |= alone(lambda: plain(batch), words, device)
        elif words.what == "forward":
            mine, theirs = ours.generator.eval(), plain.generator.eval()
            with torch.no_grad():
                result |= side_by_side(
                    lambda: mine(batch.condition, batch.exemplar, warp=False),
                    lambda: theirs(batch.condition, batch.exemplar, warp=False),
                    words.threads,
                )
        else:
            result |= side_by_side(lambda: ours(batch, 0, 0), lambda: plain(batch), words.threads)
    what = {"what": words.what, "ngf": case.ngf, "size": size, "batch": count, "threads": words.threads}
    print(json.dumps(what | result))


if __name__ == "__main__":
    main()
