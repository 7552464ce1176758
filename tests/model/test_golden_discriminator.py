"""The released discriminator against numbers of the authors' code."""

from __future__ import annotations

import re

import torch
from golden_numbers import golden, relative, within

from matebit.config.model import ModelConfig
from matebit.model.build import build_discriminator


def released_name(name: str) -> str:
    """Ours in the authors' names."""
    name = re.sub(r"^scales\.", "discriminator_", name)
    name = re.sub(r"\.middle\.(\d)\.", lambda found: f".model{int(found[1]) + 1}.0.", name)
    return name.replace(".first.", ".model0.0.").replace(".last.", ".model4.0.")


def test_all_stages_and_buffers():
    numbers = golden("discriminator")
    config = ModelConfig(variant="released", condition_channels=3, ndf=8, crop_size=64)
    network = build_discriminator(config).eval()
    stored = within(numbers, "sd.")
    network.load_state_dict({name: stored[released_name(name)] for name in network.state_dict()})
    used = {released_name(name) for name in network.state_dict()}
    assert all(".dec." in name for name in stored.keys() - used)

    condition, image = numbers["in.x"].split(3, dim=1)
    with torch.no_grad():
        outputs = network(condition, image)
        for scale, stages in enumerate(outputs):
            for stage, output in enumerate(stages):
                assert (output - numbers[f"eval.{scale}.{stage}"]).abs().max() < 5e-5
        outputs = network.train()(condition, image)
    for scale, stages in enumerate(outputs):
        assert (stages[-1] - numbers[f"train.{scale}.final"]).abs().max() < 5e-5
    for name, value in network.state_dict().items():
        expected = numbers.get(f"train.sd.{released_name(name)}")
        if expected is not None:
            assert relative(value, expected) < 1e-4, name
