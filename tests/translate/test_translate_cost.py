"""The counted cost: counted again by hand, growing with the blocks, under both backends."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.model.build import build_generator
from matebit.translate.network import counted_cost

SMALL = {"ngf": 4, "crop_size": 32, "condition_channels": 3, "pos_dim": 2}


def test_convolutions_and_linear_layers_counted_by_hand(monkeypatch):
    """Without blocks and self-attention there is nothing else."""
    config = ModelConfig(**SMALL, blocks=0, use_attention=False, style_code=False)
    generator = build_generator(config).eval().requires_grad_(False)
    counted = counted_cost(generator, 480)
    assert counted["parameters"] == sum(p.numel() for p in generator.parameters())
    assert counted["training_images"] == 480

    seen, honest = [], F.conv2d

    def counting(x, weight, *rest, **named):
        out = honest(x, weight, *rest, **named)
        seen.append(2 * out.numel() * weight[0].numel())
        return out

    monkeypatch.setattr(F, "conv2d", counting)
    generator(torch.zeros(1, 3, 32, 32), torch.zeros(1, 3, 32, 32))
    modulators = 2 * 4 * 2 * (32 + 16 + 8 + 4)  # style code of 4 to scale and shift of every width
    assert counted["flops"] == sum(seen) + modulators


def test_more_blocks_cost_more():
    counted = [
        counted_cost(build_generator(ModelConfig(**SMALL, blocks=blocks)).eval().requires_grad_(False), 1)
        for blocks in (0, 1, 2)
    ]
    for one, next_one in pairwise(counted):
        assert one["flops"] < next_one["flops"]
        assert one["parameters"] < next_one["parameters"]


@pytest.mark.parametrize("backend", ["dense", "tiled"])
def test_under_inference_mode_as_in_the_stage(backend: str):
    with torch.inference_mode():
        generator = build_generator(ModelConfig(**SMALL, attention_backend=backend)).eval()
        assert counted_cost(generator.requires_grad_(False), 1)["flops"] > 0
