"""Training with compiled networks: the gradients of plain ones."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from steps import exact, random_batch, same_gradients, weights

from matebit.config.train import TrainConfig
from matebit.errors import MatebitError


@pytest.mark.slow
def test_a_compiled_step_has_the_gradients_of_a_plain_one(make_step):
    batch = random_batch(4, [1, 0, 1, 0])
    plain, batch_of_doubles = exact(make_step(train={"ema_half_life": 0}), batch)
    compiled, _ = exact(make_step(train={"ema_half_life": 0, "compile": True}), batch)
    expected, got = (step(batch_of_doubles, 0, 0)[0] for step in (plain, compiled))
    assert got == pytest.approx(expected, rel=1e-6, abs=1e-9)
    # the compiler interpolates with weights of single precision
    same_gradients(plain.generator, compiled.generator, of_largest=1e-7)
    same_gradients(plain.discriminator, compiled.discriminator, of_largest=1e-7)
    states = [dict(weights(step)) for step in (plain, compiled)]
    assert states[0].keys() == states[1].keys()
    seen = batch_of_doubles.condition, batch_of_doubles.exemplar, batch_of_doubles.exemplar_condition
    one, other = (step.averaged()(*seen).image for step in (plain, compiled))
    assert one.shape == other.shape


def test_without_a_compiler_it_is_said(make_step, monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(MatebitError, match=r"train\.compile needs a C\+\+ compiler.*no-such-compiler"):
        make_step(train={"compile": True})


def test_compiled_networks_do_not_forget_activations():
    with pytest.raises(ValidationError, match=r"train\.compile and train\.checkpoint_activations"):
        TrainConfig(compile=True, checkpoint_activations=True)
