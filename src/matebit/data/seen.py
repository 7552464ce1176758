"""What a checkpoint says of the pictures that it was trained on, and of held-out ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from matebit.contracts.label_sets import labels_of
from matebit.contracts.seen import Neighbourhood, Seen
from matebit.data.batches import Sample
from matebit.data.conditions.view import condition_view
from matebit.data.test_set import TestSet
from matebit.data.training_set import TrainingSet
from matebit.features.described import Describer

if TYPE_CHECKING:
    from matebit.config.stage_params import TrainedOnParams
    from matebit.pipeline.layout import Layout

NEEDED_BY = "what a checkpoint says of its training"
_EXAMPLES = 512  # of training, and of the held-out ones, at most
_ROUNDS = 4  # of training through few images, which it shows in other crops each time
_TOGETHER = 16


def seen_in_training(
    params: TrainedOnParams, describe: Describer, training: TrainingSet, test: TestSet
) -> Seen:
    """The first examples of a training and the held-out pictures, described."""
    kind, palette = params.conditions.kind, labels_of(params.data).palette

    def conditions(samples: list[Sample]) -> np.ndarray:
        return describe([condition_view(sample.condition, kind, palette) for sample in samples])

    def exemplars(samples: list[Sample]) -> np.ndarray:
        return describe([sample.exemplar.transpose(1, 2, 0) for sample in samples])

    def held_out(samples: list[Sample]) -> np.ndarray:
        # exemplars of test items may be training images; the items' own pictures never are
        own = describe([sample.truth.transpose(1, 2, 0) for sample in samples])
        return np.concatenate([exemplars(samples), own])

    examples, tests = min(_EXAMPLES, _ROUNDS * len(training)), min(_EXAMPLES, len(test))
    shown = _by_parts(training, examples, conditions, exemplars)
    new = _by_parts(test, tests, conditions, held_out)
    return Seen(params.data.crop_size, *map(Neighbourhood.of, shown, new))


def seen_of_run(params: TrainedOnParams, layout: Layout, seed: int) -> Seen:
    """The same for a training that is over, whose data are still there."""
    describe = Describer(NEEDED_BY)
    return seen_in_training(params, describe, TrainingSet(params, layout, seed), TestSet(params, layout))


def _by_parts(
    samples: TrainingSet | TestSet, count: int, *describe: Callable[[list[Sample]], np.ndarray]
) -> list[np.ndarray]:
    """What each of `describe` makes of the first `count` samples, few of which are held at once."""
    found: list[list[np.ndarray]] = [[] for _ in describe]
    for start in range(0, count, _TOGETHER):
        part = [samples[k] for k in range(start, min(start + _TOGETHER, count))]
        for rows, one in zip(found, describe, strict=True):
            rows.append(one(part))
    return [np.concatenate(rows) for rows in found]
