"""Networks of a few thousand weights, and batches for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from steps import STEP, random_batch

from matebit.config.read import merged
from matebit.engines.resolve import resolve
from matebit.features.build import build_features
from matebit.train.batch import TrainingBatch
from matebit.train.step import TrainingStep


@pytest.fixture(autouse=True)
def _repeatable_on_one_thread():
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def make_step() -> Callable[..., TrainingStep]:
    """`make_step(seed=1, train={...}, losses={...})`: a new training step."""

    def make(seed: int = 1, **changes: dict) -> TrainingStep:
        params = resolve(merged(STEP, changes), "step")
        features = build_features(params.features)
        return TrainingStep(params.methods["matebit"], features, seed, torch.device("cpu"))

    return make


@pytest.fixture
def batch() -> TrainingBatch:
    """Four examples, two of them self-referenced."""
    return random_batch(4, [1, 0, 1, 0])
