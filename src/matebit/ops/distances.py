"""Mean absolute differences whose intermediate results stay in a core's cache.

Forward and backward go by a few samples on the CPU, and keep nothing but the inputs, which their makers keep
anyway: the difference is taken again in the backward.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from matebit.ops.norms import full_precision
from matebit.ops.switch import operation

PIECE = 2**16  # below, calling an operation takes longer than the operation


def pieces(*tensors: Tensor) -> Iterator[tuple[Tensor, ...]]:
    """Parts of tensors (B,...) along the batch, which fit the cache.

    On the CPU a sample a thread, or as many small ones as make `PIECE` numbers; all at once elsewhere.
    """
    together = len(tensors[0])
    if tensors[0].device.type == "cpu":
        together = max(torch.get_num_threads(), PIECE // max(1, tensors[0][0].numel()))
    return zip(*(tensor.split(together) for tensor in tensors), strict=True)


class _SampleDistances(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        ctx.save_for_backward(x, y)
        axes = tuple(range(1, x.dim()))  # flattened, channels last would be copied
        means = [(a - b).abs_().mean(dim=axes) for a, b in pieces(x, y)]
        return torch.cat(means)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, y = ctx.saved_tensors
        share = (gradients[0] / x[0].numel()).to(x.dtype).view(-1, *[1] * (x.dim() - 1))
        towards = torch.empty_like(x)
        for a, b, weight, target in pieces(x, y, share, towards):
            torch.sub(a, b, out=target).sign_().mul_(weight)
        return (
            towards if ctx.needs_input_grad[0] else None,
            -towards if ctx.needs_input_grad[1] else None,
        )


def _plain_sample_distances(x: Tensor, y: Tensor) -> Tensor:
    return F.l1_loss(full_precision(x), full_precision(y), reduction="none").flatten(1).mean(dim=1)


@operation(_plain_sample_distances)
def sample_distances(x: Tensor, y: Tensor) -> Tensor:
    """Mean |x - y| over everything but the batch, in single precision at least: two (B,...) to (B,)."""
    return _SampleDistances.apply(full_precision(x), full_precision(y))  # type: ignore[no-any-return]
