"""SPADE residual block that turns encoder features into queries, keys and values."""

from __future__ import annotations

from torch import Tensor, nn

from matebit.model.layers import Spade
from matebit.ops.prelu import PRelu
from matebit.ops.spectral import SpectralConv2d


class Embedding(nn.Module):
    """Two modulated spectral convolutions around a shortcut, one PReLU used three times.

    The exemplar's embedding is modulated by the exemplar image itself: instance and L2
    normalisation have taken the colours out of the encoder's features, and this is where they come
    back.
    """

    def __init__(self, channels: int, condition_channels: int) -> None:
        super().__init__()
        self.norm_0 = Spade(channels, condition_channels)
        self.conv_0 = SpectralConv2d(channels, channels, 3, padding=1, reflect=True)
        self.norm_1 = Spade(channels, condition_channels)
        self.conv_1 = SpectralConv2d(channels, channels, 3, padding=1, reflect=True)
        self.relu = PRelu()

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """x (B,C,h,w), condition at the same (h,w)."""
        d = self.conv_0(self.relu(self.norm_0(x, condition)))
        d = self.conv_1(self.relu(self.norm_1(d, condition)))
        return self.relu(x + d)
