"""Convolutions that keep their input without its borders: the bytes of those that keep the borders too."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from matebit.ops.prelu import PRelu
from matebit.ops.reflect import ReflectConv2d, borders_kept, reflect_conv2d


def plain(x, weight, bias, border, stride=1):
    return F.conv2d(F.pad(x, (border,) * 4, mode="reflect"), weight, bias, stride)


def gradients(convolve, shape, kernel, stride, layout):
    rng = torch.Generator().manual_seed(3)
    x = torch.randn(shape, generator=rng).contiguous(memory_format=layout).requires_grad_()
    weight = torch.randn(5, shape[1], kernel, kernel, generator=rng).requires_grad_()
    bias = torch.randn(5, generator=rng).requires_grad_()
    y = convolve(x, weight, bias, 1, stride)
    y.square().sum().backward()
    return y, x.grad, weight.grad, bias.grad


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(
    ("shape", "kernel", "stride"), [((2, 3, 7, 6), 3, 1), ((5, 4, 2, 2), 4, 2), ((1, 8, 9, 9), 3, 2)]
)
def test_no_byte_differs(shape, kernel, stride, layout):
    ours = gradients(reflect_conv2d, shape, kernel, stride, layout)
    theirs = gradients(plain, shape, kernel, stride, layout)
    assert all(torch.equal(a, b) for a, b in zip(ours, theirs, strict=True))


def kept_bytes(work) -> int:
    """Of the tensors that the graph asks to keep."""
    sizes = {}

    def keep(saved):
        sizes[saved.data_ptr()] = saved.numel() * saved.element_size()
        return saved

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda kept: kept):
        work()
    return sum(sizes.values())


def test_the_bordered_copy_is_kept_only_on_request():
    layer, x = ReflectConv2d(4, 4), torch.randn(2, 4, 16, 16, requires_grad=True)
    bordered = 2 * 4 * 18 * 18 * 4
    assert kept_bytes(lambda: layer(x)) < bordered  # packed by itself: these hooks see nothing of it
    with borders_kept():
        assert kept_bytes(lambda: layer(x)) >= bordered


@pytest.mark.parametrize("slope", [0.25, 1e-3, 0.0, -0.2])
def test_prelu_by_its_output_or_by_its_input(slope):
    relu, theirs = PRelu(init=slope).double(), torch.nn.PReLU(init=slope).double()
    x = torch.randn(2, 3, 5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    found = []
    for module in (relu, theirs):
        z = x.clone().requires_grad_()
        module(z).pow(3).sum().backward()
        found.append((z.grad, module.weight.grad))
    for a, b in zip(*found, strict=True):
        torch.testing.assert_close(a, b)
