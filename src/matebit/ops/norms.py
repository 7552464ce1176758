"""The normalisations of the network, each with the exact epsilon of the released code.

Each is one function with a backward of its own that keeps the normalised values alone, which the next
operation keeps anyway: half the memory of PyTorch's operations, and no change of the memory layout, for
which `F.instance_norm` copies its input. Sums of squares are taken after centring: `group_norm`, which
subtracts squares, loses three digits.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from matebit.ops.switch import operation

# Smallest normal float32: keeps the gradient of a root at 0 finite.
TINY = torch.finfo(torch.float32).tiny
INSTANCE_EPS, POSITIONAL_EPS = 1e-5, 1e-8


def full_precision(x: Tensor) -> Tensor:
    """float32 for half precision (statistics are never taken in half), anything else as it is."""
    return x.float() if x.dtype in (torch.float16, torch.bfloat16) else x


class _L2Normalise(Function):
    """y = x / (n + eps) with n = |x|; backward g / (n + eps) - y (g.y) / n."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, eps: float) -> Tensor:
        squares = x.square().sum(dim=1, keepdim=True)
        length = squares.clamp_min(TINY).sqrt()
        y = x / (length + eps)
        # where the root was kept from 0, the length is a constant
        ctx.save_for_backward(y, length, squares >= TINY)
        ctx.eps = eps
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        y, length, grows = ctx.saved_tensors
        along = (grads[0] * y).sum(dim=1, keepdim=True) * grows / length
        return torch.addcmul(grads[0] / (length + ctx.eps), y, along, value=-1), None


def _backward(g: Tensor, y: Tensor, scale: Tensor, over: tuple[int, ...], freedom: int) -> Tensor:
    """Of y = (x - mean) scale: scale (g - mean(g) - y sum(g y) / freedom)."""
    along = (g * y).sum(dim=over, keepdim=True).div_(freedom)
    centred = g - g.mean(dim=over, keepdim=True)
    return centred.addcmul_(y, along, value=-1).mul_(scale)


def _standardised(x: Tensor, over: tuple[int, ...], freedom: int, eps: float) -> tuple[Tensor, Tensor]:
    """y = (x - mean) scale over the axes `over`, and scale = 1 / sqrt(sum of squares / freedom + eps)."""
    y = x - x.mean(dim=over, keepdim=True)
    scale = y.square().sum(dim=over, keepdim=True).div_(freedom).add_(eps).rsqrt_()
    return y.mul_(scale), scale


class _PositionalNorm(Function):
    """Over channels."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, eps: float) -> Tensor:
        y, scale = _standardised(x, (1,), x.shape[1] - 1, eps)
        ctx.save_for_backward(y, scale)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        y, scale = ctx.saved_tensors
        return _backward(grads[0], y, scale, (1,), y.shape[1] - 1), None


def standardised_planes(x: Tensor) -> tuple[Tensor, Tensor]:
    """(x - mean) scale over the pixels of every channel and sample of x (B,C,h,w), and scale (B,C,1,1)."""
    batch, channels, height, width = x.shape
    if x.is_contiguous():  # whole planes: the kernel of batch norm is the fastest, and PyTorch's own
        planes = x.view(1, batch * channels, height, width)
        y, _, scale = torch.native_batch_norm(planes, None, None, None, None, True, 0.0, INSTANCE_EPS)
        return y.view_as(x), scale.view(batch, channels, 1, 1)
    return _standardised(x, (2, 3), height * width, INSTANCE_EPS)


def planes_backward(g: Tensor, y: Tensor, scale: Tensor) -> Tensor:
    """The gradient of x in `standardised_planes`, from that of y."""
    return _backward(g, y, scale, (2, 3), y.shape[2] * y.shape[3])


class _InstanceNorm(Function):
    """Over pixels."""

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        y, scale = standardised_planes(x)
        ctx.save_for_backward(y, scale)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        return planes_backward(grads[0], *ctx.saved_tensors)  # type: ignore[return-value]


def _plain_l2_normalise(x: Tensor, eps: float = 1e-10) -> Tensor:
    x = full_precision(x)
    return x / (x.square().sum(dim=1, keepdim=True).clamp_min(TINY).sqrt() + eps)


@operation(_plain_l2_normalise)
def l2_normalise(x: Tensor, eps: float = 1e-10) -> Tensor:
    """x / (|x|_2 over channels + eps), for x (B,C,...)."""
    return _L2Normalise.apply(full_precision(x), eps)  # type: ignore[no-any-return]


def _plain_positional_norm(x: Tensor) -> Tensor:
    x = full_precision(x)
    variance, mean = torch.var_mean(x, dim=1, keepdim=True, correction=1)
    return (x - mean) / torch.sqrt(variance + POSITIONAL_EPS)


@operation(_plain_positional_norm)
def positional_norm(x: Tensor) -> Tensor:
    """PONO: zero mean and unit (unbiased) variance over the channels at every pixel."""
    return _PositionalNorm.apply(full_precision(x), POSITIONAL_EPS)  # type: ignore[no-any-return]


def _plain_instance_norm(x: Tensor, scale: Tensor | None = None, shift: Tensor | None = None) -> Tensor:
    y = F.instance_norm(full_precision(x), eps=INSTANCE_EPS)
    return y if scale is None or shift is None else y * scale[:, :, None, None] + shift[:, :, None, None]


@operation(_plain_instance_norm)
def instance_norm(x: Tensor, scale: Tensor | None = None, shift: Tensor | None = None) -> Tensor:
    """Zero mean and unit (biased) variance over the pixels of every channel and sample.

    With `scale` and `shift` (B,C) this is adaptive instance normalisation (AdaIN): a style's own
    statistics replace the image's.
    """
    y: Tensor = _InstanceNorm.apply(full_precision(x))
    if scale is None or shift is None:
        return y
    return torch.addcmul(shift[:, :, None, None], y, scale[:, :, None, None])
