"""Instance norm, a shortcut and PReLU as one operation, which keeps its output alone.

The next convolution keeps that output anyway, and a PReLU can be undone: the backward computes the normalised
values from it again. Activations in place (Rota Bulo et al. 2018), with PReLU.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from matebit.model.activation import STEEP, PRelu, slope_gradient
from matebit.model.normalise import full_precision, instance_norm, planes_backward, standardised_planes


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
        of_slope = slope_gradient(grads[0], kept, ctx.slope)
        of_sum = torch.ops.aten.leaky_relu_backward(grads[0], kept, ctx.slope, True)
        normalised = F.leaky_relu(kept, 1 / ctx.slope)
        if shortcut is not None:
            normalised.sub_(shortcut)
        of_x = planes_backward(of_sum, normalised, scale)
        return of_x, None if shortcut is None else of_sum, of_slope


def norm_prelu(x: Tensor, relu: PRelu, shortcut: Tensor | None = None) -> Tensor:
    """`relu` of instance norm of x (B,C,h,w), plus `shortcut` of the same shape if given."""
    # elsewhere the slope's value would have to be waited for
    simple = x.device.type != "cpu" or torch.compiler.is_compiling() or relu.weight.item() < STEEP
    if not simple:
        return _NormPRelu.apply(full_precision(x), shortcut, relu.weight)  # type: ignore[no-any-return]
    y = instance_norm(x)
    return relu(y if shortcut is None else shortcut + y)  # type: ignore[no-any-return]
