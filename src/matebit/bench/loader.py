"""How many images a second the training set yields, read from an experiment's files."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import torch

from matebit.bench.measure import Measured, device_name
from matebit.config.read import read_resolved
from matebit.data.training_set import TrainingSet
from matebit.pipeline.layout import Layout


def loader(params_file: Path, batch: int, batches: int, repeats: int, warmup: int) -> Measured:
    """Read `batches` batches `warmup` and then `repeats` times, going on through the epochs.

    A warm-up that covers an epoch fills the cache of decoded images, if the set fits in it.
    """
    params, layout = read_resolved(params_file), Layout.of(params_file)
    images = TrainingSet(params, layout, params.seeds[0])
    amount = batch * batches
    times = []
    for turn in range(warmup + repeats):
        began = time.perf_counter()
        for _ in images.batches(turn * amount, (turn + 1) * amount, batch):
            pass
        times.append(time.perf_counter() - began)
    seconds = statistics.median(times[warmup:])
    loading = params.data.loader
    return Measured(
        bench="loader",
        what={
            "source": params.data.source,
            "size": params.data.crop_size,
            "batch": batch,
            "batches": batches,
            "workers": loading.workers,
            "cache_megabytes": loading.cache_megabytes,
        },
        device=device_name(torch.device("cpu")),
        threads=torch.get_num_threads(),
        repeats=repeats,
        seconds=seconds,
        per_second=amount / seconds,
        unit="images",
    )
