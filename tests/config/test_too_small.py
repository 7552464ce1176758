"""Images too small for the discriminator's scales are refused before anything runs."""

from __future__ import annotations

import pytest
import torch

from matebit.config.model import ModelConfig
from matebit.engines.resolve import resolve
from matebit.errors import MatebitError
from matebit.model.build import build_discriminator


def changed(size: int, scales: int, weight: float = 1.0) -> dict:
    return {
        "name": "small",
        "data": {"load_size": size, "crop_size": size},
        "model": {"num_d": scales},
        "losses": {"GAN": weight, "GAN_Feat": weight},
    }


@pytest.mark.parametrize("scales", [1, 2, 3])
def test_the_smallest_judged_image_leaves_one_logit(scales: int):
    config = ModelConfig(ngf=4, ndf=2, condition_channels=1, num_d=scales)
    judge, side = build_discriminator(config), config.smallest_judged
    outputs = judge(torch.zeros(1, 1, side, side), torch.zeros(1, 3, side, side))
    assert outputs[-1][-1].shape[-2:] == (1, 1)
    with pytest.raises(RuntimeError):
        judge(torch.zeros(1, 1, side - 8, side - 8), torch.zeros(1, 3, side - 8, side - 8))


def test_what_is_too_small_is_said_with_the_size_needed():
    with pytest.raises(MatebitError, match=r"model\.num_d = 2 .* images of 48 px.* data\.crop_size is 32"):
        resolve(changed(32, 2), "small.yaml")
    for allowed in (changed(32, 1), changed(48, 2), changed(32, 2, weight=0.0)):
        resolve(allowed, "small.yaml")
