"""HED (Xie and Tu, ICCV 2015) as ControlNet trained it anew: VGG-16's stages, each with a side output."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Stage(nn.Module):
    """Convolutions of one scale, and a 1 x 1 convolution to the logits of its edges."""

    def __init__(self, inputs: int, outputs: int, count: int) -> None:
        super().__init__()
        widths = [inputs, *[outputs] * count]
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(widths)
        )
        self.projection = nn.Conv2d(outputs, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B,inputs,H,W) to features (B,outputs,H,W) and logits (B,1,H,W)."""
        for conv in self.convs:
            x = F.relu(conv(x))
        return x, self.projection(x)


class HED(nn.Module):
    """How likely each pixel is an edge; the names of its tensors are those of `ControlNetHED.pth`."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.Parameter(torch.zeros(1, 3, 1, 1))  # the mean colour that is taken away
        self.block1 = Stage(3, 64, 2)
        self.block2 = Stage(64, 128, 2)
        self.block3 = Stage(128, 256, 3)
        self.block4 = Stage(256, 512, 3)
        self.block5 = Stage(512, 512, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(B,3,H,W), RGB from 0 to 255, to (B,1,H,W) in [0,1]: the sigmoid of the mean of all logits."""
        size, features, sides = x.shape[2:], x - self.norm, []
        for number, stage in enumerate((self.block1, self.block2, self.block3, self.block4, self.block5)):
            features, logits = stage(F.max_pool2d(features, 2) if number else features)
            sides.append(F.interpolate(logits, size, mode="bilinear", align_corners=False))
        return torch.sigmoid(torch.stack(sides).mean(dim=0))
