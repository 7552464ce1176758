"""Every method of the ablation, and the baselines, build and train a step at the smallest size."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch
from steps import STEP, random_batch

from command import REPOSITORY
from matebit.config.read import merged, read_mapping
from matebit.engines.resolve import resolve
from matebit.features.build import build_features
from matebit.train.step import TrainingStep

ABLATION = read_mapping(REPOSITORY / "params/ablation.yaml")
NAMES = [method if isinstance(method, str) else method["name"] for method in ABLATION["methods"]]


@pytest.fixture(scope="module")
def params():
    """The ablation with the tiny experiment's sizes; the methods are its own."""
    small = {"ngf": 4, "ndf": 4, "num_d": 1}
    changes = {key: STEP[key] for key in ("data", "features", "train")} | {"model": small}
    return resolve(merged(ABLATION, changes), "ablation")


def test_every_switch_of_the_model_is_compared():
    assert {f"blocks-{count}" for count in (0, 1, 2, 4, 5)} <= set(NAMES)
    assert {"no-mask", "no-confidence", "no-adaconv", "no-source-features", "no-style-code"} <= set(NAMES)
    assert {"no-contrast", "alpha-10", "alpha-30", "no-exemplar", "cocosnet_like", "adain"} <= set(NAMES)


def test_only_the_blocks_differ_along_the_curve(params):
    own = params.methods["matebit"]
    for name in NAMES:
        if name.startswith("blocks-"):
            blocks = int(name.removeprefix("blocks-"))
            other = params.methods[name]
            # without a block there is no warp that the decoder could see
            changes = {"blocks": blocks} | (
                {} if blocks else dict.fromkeys(("warp_in_decoder", "hue_from_warp"), False)
            )
            assert other.model == own.model.model_copy(update=changes)
            assert (other.losses, other.train) == (own.losses, own.train)


@pytest.mark.parametrize("name", NAMES)
def test_it_trains_a_step(params, name: str):
    step = TrainingStep(params.methods[name], build_features(params.features), 1, torch.device("cpu"))
    before = {key: value.clone() for key, value in step.generator.state_dict().items()}
    batch = random_batch(2, [1, 0])
    losses, translation = step(dataclasses.replace(batch, exemplar_condition=batch.condition), 0, 0)
    assert all(math.isfinite(value) for value in losses.values())
    assert ("G_warp_self" in losses) == bool(params.methods[name].model.blocks)
    assert translation.image.shape == (2, 3, 32, 32)
    assert any(not torch.equal(before[key], value) for key, value in step.generator.state_dict().items())
