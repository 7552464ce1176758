"""The plain path of `released` computes what ours does."""

from __future__ import annotations

import sys

import pytest
import torch

from command import REPOSITORY
from matebit.bench.networks import Case, made_up_batch
from matebit.features.build import build_features
from matebit.train.step import TrainingStep

sys.path.insert(0, str(REPOSITORY / "comparisons"))
from plain_released import PlainStep, plain_networks


def test_losses_and_gradients_are_equal():
    case = Case(variant="released", ngf=4, size=64, batch=2, precision="float32")
    params = case.sections()
    method, features = (
        params.methods["matebit"],
        build_features(params.features.model_copy(update={"width": 0.1})),
    )
    ours = TrainingStep(method, features, 1, torch.device("cpu"))
    for network in (ours.generator, ours.discriminator, features):
        network.double()
    if ours.average is not None:
        ours.average.weights = {name: value.double() for name, value in ours.average.weights.items()}
    plain = PlainStep(ours, 2)
    batch = made_up_batch(method.model.condition_channels, 64, 2, torch.device("cpu"))
    doubled = {name: value.double() for name, value in vars(batch).items() if torch.is_tensor(value)}
    batch = batch.__class__(**{**vars(batch), **doubled})
    with plain_networks():
        theirs = plain(batch)
    mine, _ = ours(batch, 0, 0)
    assert mine == pytest.approx(theirs, rel=1e-6)
    largest = max(float(p.grad.abs().max()) for p in plain.generator.parameters() if p.grad is not None)
    for (name, a), b in zip(ours.generator.named_parameters(), plain.generator.parameters(), strict=True):
        assert (a.grad is None) == (b.grad is None), name
        if a.grad is not None:
            torch.testing.assert_close(
                a.grad, b.grad, rtol=1e-5, atol=1e-9 * largest, msg=lambda m, n=name: f"{n}: {m}"
            )
