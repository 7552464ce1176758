"""Normalisations and activation with backwards of their own, held against plain operations in float64."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.ops.norms import TINY, instance_norm, l2_normalise, positional_norm
from matebit.ops.prelu import PRelu, norm_prelu


def plain_l2(x: Tensor) -> Tensor:
    return x / (x.square().sum(dim=1, keepdim=True).clamp_min(TINY).sqrt() + 1e-10)


def plain_pono(x: Tensor) -> Tensor:
    variance, mean = torch.var_mean(x, dim=1, keepdim=True, correction=1)
    return (x - mean) / torch.sqrt(variance + 1e-8)


def plain_instance(x: Tensor) -> Tensor:
    variance, mean = torch.var_mean(x, dim=(2, 3), keepdim=True, correction=0)
    return (x - mean) / torch.sqrt(variance + 1e-5)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(
    ("ours", "plain"),
    [(l2_normalise, plain_l2), (positional_norm, plain_pono), (instance_norm, plain_instance)],
)
def test_values_and_gradients(ours: Callable, plain: Callable, layout: torch.memory_format):
    rng = torch.Generator().manual_seed(0)
    x, g = (torch.randn(2, 6, 5, 4, generator=rng, dtype=torch.float64) for _ in range(2))
    x = (3 + 2 * x).contiguous(memory_format=layout).requires_grad_()
    y = ours(x)
    torch.testing.assert_close(y, plain(x), rtol=1e-9, atol=1e-11)
    assert y.is_contiguous(memory_format=layout)
    [mine], [theirs] = torch.autograd.grad(y, x, g), torch.autograd.grad(plain(x), x, g)
    torch.testing.assert_close(mine, theirs, rtol=1e-8, atol=1e-11)


def test_no_length_no_gradient_blows_up():
    x = torch.zeros(1, 3, 2, 2, requires_grad=True)
    for normalised in (l2_normalise, positional_norm, instance_norm):
        y = normalised(x)
        [gradient] = torch.autograd.grad(y.sum(), x)
        assert torch.equal(y, torch.zeros_like(y))
        assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("slope", [0.25, 0.0, -0.3, 1.5])
def test_prelu(slope: float):
    x = torch.randn(2, 3, 4, 4, generator=torch.Generator().manual_seed(1)).requires_grad_()
    with torch.no_grad():
        x[0, 0, 0, 0] = 0
    ours = PRelu()
    torch.nn.init.constant_(ours.weight, slope)
    y, expected = ours(x), F.prelu(x, ours.weight)
    assert torch.equal(y, expected)
    inputs = (x, ours.weight)
    for mine, theirs in zip(
        torch.autograd.grad(y.sin().sum(), inputs),
        torch.autograd.grad(expected.sin().sum(), inputs),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("with_shortcut", [False, True])
@pytest.mark.parametrize("slope", [0.25, 1.0, 0.02, 1e-3, 0.0, -0.3])
def test_norm_shortcut_and_prelu_at_once(slope: float, with_shortcut: bool, layout: torch.memory_format):
    rng = torch.Generator().manual_seed(2)
    x, shortcut, g = (
        torch.randn(2, 6, 5, 4, generator=rng, dtype=torch.float64).contiguous(memory_format=layout)
        for _ in range(3)
    )
    inputs = [x.requires_grad_(), shortcut.requires_grad_()] if with_shortcut else [x.requires_grad_()]
    relu = PRelu(init=slope).double()
    y = norm_prelu(x, relu.weight, shortcut if with_shortcut else None)
    plain = F.prelu(plain_instance(x) + (shortcut if with_shortcut else 0), relu.weight)
    torch.testing.assert_close(y, plain, rtol=1e-9, atol=1e-11)
    assert y.is_contiguous(memory_format=layout)
    for mine, theirs in zip(
        torch.autograd.grad(y, [*inputs, relu.weight], g),
        torch.autograd.grad(plain, [*inputs, relu.weight], g),
        strict=True,
    ):
        torch.testing.assert_close(mine, theirs, rtol=1e-8, atol=1e-10)


def test_norm_and_prelu_keep_their_output_alone():
    relu, x = PRelu(), torch.randn(2, 4, 16, 16, requires_grad=True)
    kept: dict[int, Tensor] = {}

    def keep(saved: Tensor) -> Tensor:
        kept[saved.data_ptr()] = saved
        return saved

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda saved: saved):
        y = norm_prelu(x, relu.weight)
    assert [pointer for pointer, saved in kept.items() if saved.numel() == x.numel()] == [y.data_ptr()]
