"""Learning rates over the course of training."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matebit.config.train import TrainConfig
from matebit.train.schedule import learning_rates, rate_factor


def test_constant_and_then_linear_to_nothing():
    config = TrainConfig(images=1000, constant_fraction=0.5)
    seen = [0, 250, 499, 500, 750, 1000]
    assert [rate_factor(k, config) for k in seen] == [1, 1, 1, 1, 0.5, 0]


def test_the_two_rates_keep_their_ratio():
    config = TrainConfig(images=1000, lr_g=1e-4, lr_d=4e-4)
    for seen in range(0, 1000, 50):
        rate_g, rate_d = learning_rates(seen, config)
        assert rate_d == pytest.approx(4 * rate_g)


def test_warm_up_rises_to_the_full_rate_and_starts_above_nothing():
    config = TrainConfig(images=1000, batch=10, warmup_images=100)
    factors = [rate_factor(k, config) for k in range(0, 120, 10)]
    assert factors[:3] == [0.1, 0.2, 0.3]
    assert factors[9:] == [1.0, 1.0, 1.0]


def test_one_rate_for_both_from_an_epoch_on():
    config = TrainConfig(images=1000, lr_g=1e-4, lr_d=4e-4, shared_rate=2e-4, shared_rate_from=100)
    assert learning_rates(99, config) == (1e-4, 4e-4)
    assert learning_rates(100, config) == (2e-4, 2e-4)
    assert learning_rates(750, config) == (1e-4, 1e-4)


@given(
    seen=st.integers(0, 2000),
    images=st.integers(1, 1000),
    constant=st.floats(0, 1),
    warmup=st.integers(0, 500),
)
def test_the_factor_is_a_share_and_ends_at_zero(seen, images, constant, warmup):
    config = TrainConfig(images=images, constant_fraction=constant, warmup_images=warmup)
    assert 0 <= rate_factor(seen, config) <= 1
    assert rate_factor(images, config) == 0
