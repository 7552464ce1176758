"""Matrices on the channels of pixels, and one W / sigma for the passes of a step, against the plain forms."""

import torch
from torch.nn import functional as F

from matebit.model.layers import beside
from matebit.ops.pixelwise import pixelwise
from matebit.ops.spectral import SpectralConv2d, vectors_fixed, weights_shared


def gradients(y, *inputs):
    upstream = torch.randn(y.shape, generator=torch.Generator().manual_seed(1))
    return torch.autograd.grad(y, inputs, upstream)


def test_pixelwise_is_a_convolution_of_one_pixel():
    torch.manual_seed(0)
    for shape in ((2, 5, 8, 4), (3, 5, 3, 3), (17, 5, 2, 2), (1, 5, 16, 16)):
        for layout in (torch.channels_last, torch.contiguous_format):
            x = torch.randn(shape).contiguous(memory_format=layout).requires_grad_()
            weight, bias = torch.randn(7, 5, requires_grad=True), torch.randn(7, requires_grad=True)
            ours, plain = pixelwise(x, weight, bias), F.conv2d(x, weight[:, :, None, None], bias)
            torch.testing.assert_close(ours, plain, rtol=1e-5, atol=1e-5)
            pairs = zip(gradients(ours, x, weight, bias), gradients(plain, x, weight, bias), strict=True)
            for mine, theirs in pairs:
                torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=2e-5)
            torch.testing.assert_close(pixelwise(x, weight[:, :, None, None], bias), ours, rtol=0, atol=0)


def test_beside_keeps_the_layout_of_the_first():
    planes = torch.randn(2, 3, 4, 5)
    last = planes.contiguous(memory_format=torch.channels_last)
    for first, other in ((last, planes), (planes, last)):
        joined = beside(first, other)
        assert torch.equal(joined, torch.cat([planes, planes], dim=1))
        assert joined.is_contiguous(memory_format=torch.channels_last) == (first is last)


def spectral_layer():
    torch.manual_seed(0)
    layer = SpectralConv2d(4, 6, 3, padding=1)
    for number in (*layer.parameters(), layer.weight_u, layer.weight_v):
        torch.nn.init.normal_(number)
    return layer


def two_passes(layer, x, y):
    """Outputs of an advancing forward and one with fixed vectors, and the gradients of both together."""
    first = layer(x)
    with vectors_fixed(layer):
        second = layer(y)
    return first, second, *gradients(torch.cat([first, second]), layer.weight_orig, x, y)


def test_a_shared_weight_has_the_numbers_and_gradients_of_two():
    x, y = (torch.randn(2, 4, 6, 6, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2))
    x.requires_grad_(), y.requires_grad_()
    plain, layer = spectral_layer(), spectral_layer()
    with weights_shared(layer):
        ours = two_passes(layer, x, y)
    for mine, theirs in zip(ours, two_passes(plain, x, y), strict=True):
        torch.testing.assert_close(mine, theirs, rtol=1e-5, atol=1e-5)
    assert torch.equal(layer.weight_u, plain.weight_u)


def test_vectors_advance_on_entering_unless_held_and_nothing_is_shared_after():
    layer = spectral_layer()
    start = layer.weight_u.clone()
    with vectors_fixed(layer), weights_shared(layer):
        assert torch.equal(layer.weight_u, start)
    with weights_shared(layer):
        once = layer.weight_u.clone()
        before = layer.weight()
        assert layer.weight() is before
        assert torch.equal(layer.weight_u, once)
    assert not torch.equal(once, start)
    with torch.no_grad():
        layer.weight_orig[0].add_(1)
    with vectors_fixed(layer):
        assert not torch.allclose(layer.weight(), before)
