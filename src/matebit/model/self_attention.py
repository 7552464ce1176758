"""Self-attention of the decoder (Zhang et al. 2019), with memory linear in the number of pixels."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.ops.spectral import SpectralConv2d


class SelfAttention(nn.Module):
    """x + gamma * o(softmax(theta^T phi) g), keys and values max-pooled 2x2, no scaling; gamma
    from 0.
    """

    def __init__(self, channels: int, *, spectral: bool) -> None:
        super().__init__()

        def project(inputs: int, outputs: int) -> nn.Module:
            if spectral:
                return SpectralConv2d(inputs, outputs, 1, bias=False)
            return nn.Conv2d(inputs, outputs, 1, bias=False)

        self.theta = project(channels, channels // 8)
        self.phi = project(channels, channels // 8)
        self.g = project(channels, channels // 2)
        self.o = project(channels // 2, channels)
        self.gamma = nn.Parameter(torch.empty(()))

    def forward(self, x: Tensor) -> Tensor:
        """(B,C,h,w) to the same shape; h and w even."""
        query = self.theta(x).flatten(2)
        key = F.max_pool2d(self.phi(x), 2).flatten(2)
        value = F.max_pool2d(self.g(x), 2).flatten(2)
        # the fused kernels ask for one width: zeros change no dot product
        widen = (0, 0, 0, value.shape[1] - query.shape[1])
        query, key = F.pad(query, widen), F.pad(key, widen)
        query, key, value = (part.transpose(1, 2).unsqueeze(1).contiguous() for part in (query, key, value))
        mixed = F.scaled_dot_product_attention(query, key, value, scale=1.0)
        return x + self.gamma * self.o(mixed.squeeze(1).transpose(1, 2).unflatten(2, x.shape[-2:]))
