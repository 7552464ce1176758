"""Small parts that encoders, blocks and decoder share."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.ops.norms import positional_norm
from matebit.ops.prelu import PRelu, norm_prelu
from matebit.ops.reflect import ReflectConv2d, reflect_conv2d


class ResidualBlock(nn.Module):
    """conv, IN, PReLU, conv, IN, plus the input, PReLU; one slope for both activations."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_0 = ReflectConv2d(channels, channels)
        self.conv_1 = ReflectConv2d(channels, channels)
        self.relu = PRelu()

    def forward(self, x: Tensor) -> Tensor:
        """(B,C,h,w) to the same shape."""
        z = norm_prelu(self.conv_0(x), self.relu.weight)
        return norm_prelu(self.conv_1(z), self.relu.weight, x)


class Spade(nn.Module):
    """(1 + gamma(condition)) * PONO(x) + beta(condition): the slide's Q_norm, whose gamma is 1 + ours."""

    def __init__(self, channels: int, condition_channels: int) -> None:
        super().__init__()
        self.shared = ReflectConv2d(condition_channels, channels)
        self.gamma = ReflectConv2d(channels, channels)
        self.beta = ReflectConv2d(channels, channels)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """x (B,C,h,w); condition already at (h,w), see `resize_condition`."""
        # gamma and beta read the same input: one convolution
        both = reflect_conv2d(
            F.relu(self.shared(condition)),
            torch.cat([self.gamma.weight, self.beta.weight]),
            torch.cat([self.gamma.bias, self.beta.bias]),  # type: ignore[list-item]
            1,
        )
        gamma, beta = both.chunk(2, dim=1)
        normalised = positional_norm(x)
        return torch.addcmul(normalised + beta, gamma, normalised)


def beside(x: Tensor, *more: Tensor) -> Tensor:
    """Channels of several (B,C,h,w) one after the other, in the memory layout of the first.

    `torch.cat` would give layouts that differ up for planes, which the next convolution copies.
    """
    last = not x.is_contiguous() and x.is_contiguous(memory_format=torch.channels_last)
    layout = torch.channels_last if last else torch.contiguous_format
    return torch.cat([part.contiguous(memory_format=layout) for part in (x, *more)], dim=1)


def resize_condition(condition: Tensor, size: tuple[int, int]) -> Tensor:
    """Nearest neighbour, source index floor(i * in / out), as SPADE reads its condition."""
    if tuple(condition.shape[-2:]) == tuple(size):
        return condition
    return F.interpolate(condition, size, mode="nearest")
