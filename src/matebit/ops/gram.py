"""Differences of Gram matrices, of which a byte a number is kept."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from matebit.ops.distances import pieces
from matebit.ops.norms import full_precision
from matebit.ops.switch import operation


def _rows(features: Tensor) -> Tensor:
    """(B,c,h,w) to (B,h w,c); a view of perceptual features, which are channels last."""
    return features.permute(0, 2, 3, 1).flatten(1, 2)


def gram_difference(x: Tensor, y: Tensor) -> Tensor:
    """X X^T - Y Y^T of two (B,n,c), the channels of n pixels: (B,c,c), n c times that of Gram matrices."""
    return torch.baddbmm(torch.bmm(x.transpose(1, 2), x), y.transpose(1, 2), y, alpha=-1)


class _GramDistance(Function):
    """Mean |Gram(x) - Gram(y)| of two (B,c,h,w), without gradient of y.

    The c x c matrices of a sample are made, used and forgotten; what the backward needs are the signs S of
    their difference, which is symmetric, a byte each: d|D|/dx = 2 S x / (c h w).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        batch, channels, height, width = x.shape
        sums, signs = [], []
        for a, b in pieces(_rows(x), _rows(y)):
            difference = gram_difference(a, b)
            if ctx.needs_input_grad[0]:
                signs.append(difference.sign().to(torch.int8))
            sums.append(difference.abs_().sum(dtype=torch.promote_types(x.dtype, torch.float32)))
        ctx.save_for_backward(x, *signs)
        ctx.entries = batch * channels**3 * height * width
        return torch.stack(sums).sum() / ctx.entries

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        x, *signs = ctx.saved_tensors
        towards = torch.empty_like(x)
        for (rows, target), sign in zip(pieces(_rows(x), _rows(towards)), signs, strict=True):
            target.copy_(torch.bmm(rows, sign.to(rows.dtype)))
        return towards.mul_(2 * gradients[0] / ctx.entries), None


def _gram(features: Tensor) -> Tensor:
    flat = features.flatten(2)
    return torch.bmm(flat, flat.transpose(1, 2)) / flat[0].numel()


def _plain_gram_distance(x: Tensor, y: Tensor) -> Tensor:
    return F.l1_loss(full_precision(_gram(x)), full_precision(_gram(y.detach())))


@operation(_plain_gram_distance)
def gram_distance(x: Tensor, y: Tensor) -> Tensor:
    """Mean |Gram(x) - Gram(y)| of features (B,c,h,w), Gram = F F^T / (c h w); no gradient reaches y."""
    return _GramDistance.apply(x, y)  # type: ignore[no-any-return]
