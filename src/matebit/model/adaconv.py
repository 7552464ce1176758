"""The AdaConv block of the slide: depthwise 7x7, coordinate attention, MLP, layer scale."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.model.layers import CoordinateAttention
from matebit.ops.pixelwise import pixelwise


class AdaConv(nn.Module):
    """z = AdaConv(X_agg); the block adds X_agg itself."""

    def __init__(self, channels: int, *, batch_norm: bool) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.coordinate = CoordinateAttention(channels, batch_norm=batch_norm)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.expand = nn.Linear(channels, 4 * channels)
        self.reduce = nn.Linear(4 * channels, channels)
        self.gamma = nn.Parameter(torch.empty(channels))  # layer scale

    def forward(self, x: Tensor) -> Tensor:
        """(B,8C,h,w) to the same shape."""
        z = self.norm(self.coordinate(self.dwconv(x)).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        z = F.gelu(pixelwise(z, self.expand.weight, self.expand.bias))
        return self.gamma.view(-1, 1, 1) * pixelwise(z, self.reduce.weight, self.reduce.bias)
