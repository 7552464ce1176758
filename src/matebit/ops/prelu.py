"""The PReLU of the network, one learned slope a layer, alone and as one operation with instance norm.

In residual blocks instance norm, shortcut and PReLU keep their output alone. The next convolution keeps that
output anyway, and a PReLU can be undone: the backward computes the normalised values from it again.
Activations in place (Rota Bulo et al. 2018), with PReLU.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from matebit.ops.norms import full_precision, instance_norm, planes_backward, standardised_planes
from matebit.ops.switch import operation

STEEP = 1e-2  # from here on the input is known from the output


def _slope_gradient(g: Tensor, y: Tensor, slope: float) -> Tensor:
    """The slope's gradient (1,) from that of the output y, for a slope that is at least `STEEP`."""
    return (g * y.clamp_max(0)).sum().view(1) / slope


class _SlopedRelu(Function):
    """y = max(x, 0) + slope min(x, 0).

    Keeps y, which the next operation keeps too; x where the slope is not well above 0.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, slope: Tensor) -> Tensor:
        ctx.slope = slope.item()
        y = F.leaky_relu(x, ctx.slope)
        ctx.save_for_backward(y if ctx.slope >= STEEP else x)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        [kept] = ctx.saved_tensors
        by_output = ctx.slope >= STEEP
        of_x = torch.ops.aten.leaky_relu_backward(grads[0], kept, ctx.slope, by_output)
        if not ctx.needs_input_grad[1]:
            return of_x, None
        return of_x, _slope_gradient(grads[0], kept, ctx.slope if by_output else 1.0)


class _NormPRelu(Function):
    """PReLU of instance norm of x, plus the shortcut if there is one."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, shortcut: Tensor | None, slope: Tensor) -> Tensor:
        ctx.slope = slope.item()
        y, scale = standardised_planes(x)
        if shortcut is not None:
            y.add_(shortcut)
        F.leaky_relu_(y, ctx.slope)
        ctx.save_for_backward(y, scale, shortcut)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        kept, scale, shortcut = ctx.saved_tensors
        of_slope = _slope_gradient(grads[0], kept, ctx.slope)
        of_sum = torch.ops.aten.leaky_relu_backward(grads[0], kept, ctx.slope, True)
        normalised = F.leaky_relu(kept, 1 / ctx.slope)
        if shortcut is not None:
            normalised.sub_(shortcut)
        of_x = planes_backward(of_sum, normalised, scale)
        return of_x, None if shortcut is None else of_sum, of_slope


def _by_value(x: Tensor) -> bool:
    """Whether the slope may be read as a number: elsewhere its value would have to be waited for."""
    return x.device.type == "cpu" and not torch.compiler.is_compiling()


def _plain_prelu(x: Tensor, slope: Tensor) -> Tensor:
    return F.prelu(x, slope)


@operation(_plain_prelu)
def prelu(x: Tensor, slope: Tensor) -> Tensor:
    """max(x, 0) + slope min(x, 0), x of any shape and slope (1,); by LeakyReLU's kernels on the CPU."""
    return _SlopedRelu.apply(x, slope) if _by_value(x) else F.prelu(x, slope)  # type: ignore[no-any-return]


def _plain_norm_prelu(x: Tensor, slope: Tensor, shortcut: Tensor | None = None) -> Tensor:
    y = instance_norm(x)
    return prelu(y if shortcut is None else shortcut + y, slope)


@operation(_plain_norm_prelu)
def norm_prelu(x: Tensor, slope: Tensor, shortcut: Tensor | None = None) -> Tensor:
    """PReLU with `slope` (1,) of instance norm of x (B,C,h,w), plus `shortcut` of the same shape if given."""
    if not _by_value(x) or slope.item() < STEEP:
        return _plain_norm_prelu(x, slope, shortcut)
    return _NormPRelu.apply(full_precision(x), shortcut, slope)  # type: ignore[no-any-return]


class PRelu(nn.PReLU):
    """nn.PReLU with one slope, by the operation of this file."""

    def forward(self, input: Tensor) -> Tensor:
        """Any shape."""
        return prelu(input, self.weight)
