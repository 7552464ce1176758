"""Patch discriminator on condition and image, at several scales."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.ops.norms import instance_norm
from matebit.ops.spectral import SpectralConv2d

WIDEST = 512


class PatchDiscriminator(nn.Module):
    """Five 4x4 convolutions with strides 2, 2, 2, 1, 1.

    The middle three are spectral and instance-normalised.
    """

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        wide = [min(width * factor, WIDEST) for factor in (1, 2, 4, 8)]
        self.first = nn.Conv2d(inputs, wide[0], 4, stride=2, padding=1)
        self.middle = nn.ModuleList(
            SpectralConv2d(wide[k], wide[k + 1], 4, stride=stride, padding=1)
            for k, stride in enumerate((2, 2, 1))
        )
        self.last = nn.Conv2d(wide[3], 1, 4, padding=1)

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B,inputs,h,w) to the outputs of the five stages."""
        stages = [F.leaky_relu(self.first(x), 0.2)]
        for conv in self.middle:
            stages.append(F.leaky_relu(instance_norm(conv(stages[-1])), 0.2))
        return [*stages, self.last(stages[-1])]


class Discriminator(nn.Module):
    """The same discriminator at full size, at half size, and so on."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        inputs = config.require_condition_channels() + 3
        self.scales = nn.ModuleList(PatchDiscriminator(inputs, config.ndf) for _ in range(config.num_d))

    def forward(self, condition: Tensor, image: Tensor) -> list[list[Tensor]]:
        """Stage outputs of every scale, the last of each the map of logits.

        `condition` (B,nc,H,W) and `image` (B,3,H,W). Instance norm keeps samples apart: fake and
        real may go through as one batch.
        """
        parts = [part.contiguous(memory_format=torch.channels_last) for part in (condition, image)]
        x = torch.cat(parts, dim=1)
        outputs = []
        for scale, patches in enumerate(self.scales):
            if scale:
                x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
            outputs.append(patches(x))
        return outputs
