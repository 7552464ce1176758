"""Convolution with reflected borders that keeps its input without them.

What comes in is kept by the operation before it anyway; the bordered copy, which `F.pad` makes and the
convolution's backward needs, is made again there: a hundredth of a step's time for a fifth of its
activations, and the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F

from matebit.ops.switch import operation

_keeping = ContextVar("keeping bordered inputs", default=False)


@contextmanager
def borders_kept() -> Iterator[None]:
    """Inside, convolutions keep what they read: for regions whose activations are forgotten altogether."""
    token = _keeping.set(True)
    try:
        yield
    finally:
        _keeping.reset(token)


def bordered(x: Tensor, border: int) -> Tensor:
    """(B,C,h,w) with `border` pixels mirrored at each side; h and w are at least 2."""
    return F.pad(x, (border,) * 4, mode="reflect")


def _plain_reflect_conv2d(
    x: Tensor, weight: Tensor, bias: Tensor | None, border: int, stride: int = 1
) -> Tensor:
    return F.conv2d(bordered(x, border), weight, bias, stride)


@operation(_plain_reflect_conv2d)
def reflect_conv2d(x: Tensor, weight: Tensor, bias: Tensor | None, border: int, stride: int = 1) -> Tensor:
    """Convolve (B,C,h,w) after mirroring `border` pixels at each side."""
    wide = bordered(x, border)
    simple = _keeping.get() or not torch.is_grad_enabled() or torch.compiler.is_compiling()
    if simple or wide.shape == weight.shape:  # the last: one could not be told from the other below
        return F.conv2d(wide, weight, bias, stride)
    shape, narrow = wide.shape, x.detach()

    def keep(saved: Tensor) -> Any:
        return saved.dtype if saved.shape == shape else saved

    def restore(kept: Any) -> Tensor:
        return bordered(narrow, border).to(kept) if isinstance(kept, torch.dtype) else kept

    with saved_tensors_hooks(keep, restore):
        return F.conv2d(wide, weight, bias, stride)


class ReflectConv2d(nn.Conv2d):
    """3x3 convolution with reflected borders."""

    def __init__(self, inputs: int, outputs: int, *, bias: bool = True) -> None:
        super().__init__(inputs, outputs, 3, padding=1, padding_mode="reflect", bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """(B,inputs,h,w) to (B,outputs,h,w)."""
        return reflect_conv2d(input, self.weight, self.bias, 1)
