"""How much memory metrics of whole sets hold while images stream by: FID statistics, SWD, relevance."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from matebit.bench.arrays import DrawnInputs
from matebit.contracts.translated import Item
from matebit.metrics.batch import ScoredBatch

if TYPE_CHECKING:
    import torch

    from matebit.metrics.base import Metric
    from matebit.metrics.batch import Features

POOLED = 2048  # of Inception's pool3


@dataclass(frozen=True)
class Held:
    """Largest resident memory above that of the process before the first image, in bytes, and seconds."""

    metric: str
    bytes: int
    seconds: float


class _Peak:
    """Watches the process's resident memory from a thread of its own."""

    def __enter__(self) -> _Peak:
        import psutil

        self._process, self._done = psutil.Process(os.getpid()), Event()
        self._start = self._largest = self._process.memory_info().rss
        self._thread = Thread(target=self._watch)
        self._thread.start()
        return self

    def _watch(self) -> None:
        while not self._done.wait(0.02):
            self._largest = max(self._largest, self._process.memory_info().rss)

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    @property
    def grown(self) -> int:
        return self._largest - self._start


def _network(images: torch.Tensor) -> Features:
    """In place of VGG-19: 64 and 128 channels at its sizes, so that relevance gets what it would get."""
    from torch.nn.functional import avg_pool2d

    shown = images.float().repeat(1, 43, 1, 1)
    return {"r12": shown[:, :64], "r22": avg_pool2d(shown[:, :128], 2)}


class _Pooled:
    """In place of Inception: 2,048 random projections of the image's coarse pixels."""

    label = "projections"

    def __init__(self) -> None:
        import torch

        self._mix = torch.randn(192, POOLED, generator=torch.Generator().manual_seed(0))

    def pooled(self, batch: ScoredBatch, role: str, resize: str) -> torch.Tensor:
        from torch.nn.functional import adaptive_avg_pool2d

        return adaptive_avg_pool2d(getattr(batch, role).float(), 8).flatten(1) @ self._mix


def _metrics(threads: int) -> dict[str, Metric]:
    from matebit.config.features import VGG19_LEVELS
    from matebit.config.metrics import SwdConfig
    from matebit.metrics.inception_scores import FrechetInceptionDistance
    from matebit.metrics.relevance import ColourRelevance, TextureRelevance
    from matebit.metrics.swd import SlicedWasserstein

    return {
        "fid": FrechetInceptionDistance(_Pooled(), ["pytorch", "clean"]),  # type: ignore[arg-type]
        "swd": SlicedWasserstein(SwdConfig(), threads),
        "colour": ColourRelevance(VGG19_LEVELS, "drawn"),
        "texture": TextureRelevance(VGG19_LEVELS, "drawn"),
    }


def run(images: int, side: int, batch: int, threads: int) -> Iterator[Held]:
    """Feed each metric `images` drawn images of `side` px in batches, one metric after the other."""
    import torch

    torch.set_num_threads(threads)
    drawn: Any = DrawnInputs(side)
    for name, metric in _metrics(threads).items():
        began = time.perf_counter()
        with _Peak() as peak, torch.no_grad():
            for start in range(0, images, batch):
                items = [Item(f"{k:06}", f"e{k}", 1) for k in range(start, min(start + batch, images))]
                metric.update(ScoredBatch(items, drawn, _network))
            metric.values()
        yield Held(name, peak.grown, time.perf_counter() - began)
