"""Convolutions of frozen weights in fewer multiplications: the numbers of plain ones."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from matebit.config.features import FeatureConfig
from matebit.features.build import build_features
from matebit.features.vgg19 import GROUPS, LEVELS, caffe_input
from matebit.ops.winograd import WINOGRAD_INPUTS, WINOGRAD_OUTPUTS, FixedConvRelu


def wide_layer(inputs: int, outputs: int, seed: int = 0, tile: int = 4) -> FixedConvRelu:
    torch.manual_seed(seed)
    return FixedConvRelu(inputs, outputs, tile).to(memory_format=torch.channels_last)


def plain(layer: FixedConvRelu, x: torch.Tensor) -> torch.Tensor:
    bias = layer.bias.double()
    return F.relu(F.conv2d(x.double(), layer.weight.double(), bias, padding=1))


@given(
    seed=st.integers(0, 2**16),
    tile=st.sampled_from([2, 4]),
    batch=st.integers(1, 3),
    outputs=st.sampled_from([WINOGRAD_OUTPUTS, WINOGRAD_OUTPUTS + 5]),
    height=st.integers(1, 21),
    width=st.integers(1, 21),
)
def test_output_and_gradient_are_those_of_a_plain_convolution(seed, tile, batch, outputs, height, width):
    layer = wide_layer(WINOGRAD_INPUTS, outputs, seed, tile)
    x = torch.randn(batch, WINOGRAD_INPUTS, height, width, requires_grad=True)
    y = layer(x)
    expected = plain(layer, x)
    weights = torch.randn_like(y)
    # where rounding decides on which side of 0 a value lies, both gradients are right
    weights[expected.abs() < 1e-4] = 0
    (found,) = torch.autograd.grad((y * weights).sum(), x)
    (gradient,) = torch.autograd.grad((expected * weights.double()).sum(), x)
    largest = max(1.0, float(expected.detach().max()))
    torch.testing.assert_close(y.double(), expected, rtol=0, atol=1e-5 * largest)
    torch.testing.assert_close(found, gradient, rtol=0, atol=1e-5 * max(1.0, float(gradient.abs().max())))


def test_many_images_go_in_parts_of_the_same_numbers():
    layer = wide_layer(64, 128)
    x = torch.randn(9, 64, 40, 36).contiguous(memory_format=torch.channels_last)
    whole = layer(x)
    assert whole.is_contiguous(memory_format=torch.channels_last)
    for image, alone in zip(whole, x.split(1), strict=True):
        torch.testing.assert_close(image, layer(alone)[0], rtol=0, atol=1e-5)


def test_new_weights_are_used():
    layer, other = wide_layer(64, 128, 0), wide_layer(64, 128, 1)
    x = torch.randn(1, 64, 8, 8)
    before = layer(x)
    layer.load_state_dict(other.state_dict())
    torch.testing.assert_close(layer(x), other(x))
    assert not torch.allclose(layer(x), before)


def test_other_types_are_plain():
    layer = wide_layer(64, 128)
    x = torch.randn(1, 64, 8, 8)
    expected = plain(layer, x)
    with torch.autocast("cpu", torch.bfloat16):
        assert layer(x).dtype == torch.bfloat16
    assert torch.allclose(layer.double()(x.double()), expected, atol=1e-12)


@pytest.mark.parametrize("size", [32, 50])
def test_perceptual_features_are_those_of_plain_convolutions(size):
    network = build_features(FeatureConfig(weights="random", width=1.0, seed=1))
    image = torch.rand(2, 3, size, size) * 2 - 1
    found = network(image)
    x, expected = caffe_input(image).double(), {}
    for group, sizes in enumerate(GROUPS, start=1):
        x = x if group == 1 else F.max_pool2d(x, 2)
        for place in range(1, len(sizes) + 1):
            x = plain(getattr(network, f"conv{group}_{place}"), x)
            expected[f"r{group}{place}"] = x
    for level in LEVELS:
        error = (found[level] - expected[level]).abs().max() / expected[level].abs().max()
        assert error < 1e-5, level
