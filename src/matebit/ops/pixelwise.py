"""Matrices applied to the channels of every pixel, by the faster of PyTorch's kernels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.ops.switch import operation

# With fewer images PyTorch does a 1x1 convolution on one thread by its own kernel, which asks MKL; with as
# many or more by oneDNN, which runs at twice the speed where MKL has no AVX-512 code for the processor.
IMAGES = 16


def _as_kernel(weight: Tensor) -> Tensor:
    """(O,C) or (O,C,1,1) as (O,C,1,1)."""
    return weight if weight.dim() == 4 else weight[:, :, None, None]


def _plain_pixelwise(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    return F.conv2d(x, _as_kernel(weight), bias)


@operation(_plain_pixelwise)
def pixelwise(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Apply `weight` (O,C) or (O,C,1,1) and `bias` (O,) to every pixel of x (B,C,h,w): (B,O,h,w).

    Pixels do not know whose they are: on the CPU few images go as `IMAGES` of fewer pixels.
    """
    weight = _as_kernel(weight)
    batch, channels, height, width = x.shape
    divisible = batch * height * width % IMAGES == 0
    few = x.device.type == "cpu" and batch < IMAGES and divisible
    if not few or not x.is_contiguous(memory_format=torch.channels_last):
        return F.conv2d(x, weight, bias)
    pixels = x.permute(0, 2, 3, 1).reshape(IMAGES, -1, 1, channels)
    y = F.conv2d(pixels.permute(0, 3, 1, 2), weight, bias)
    return y.permute(0, 2, 3, 1).reshape(batch, height, width, -1).permute(0, 3, 1, 2)
