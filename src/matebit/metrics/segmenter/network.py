"""The network: a U-Net of three levels on groups of 2 x 2 pixels."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d, pad, pixel_shuffle, pixel_unshuffle

_MULTIPLE = 8  # of the sides inside: groups of two, halved twice


def _convolutions(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [nn.Conv2d(channels, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]
    return nn.Sequential(*layers)


class Segmenter(nn.Module):
    """Scores of `labels` labels at each pixel, by `width` channels and twice and four times as many below."""

    def __init__(self, labels: int, width: int) -> None:
        super().__init__()
        self.fine = _convolutions(12, width)
        self.middle = _convolutions(width, 2 * width)
        self.coarse = _convolutions(2 * width, 4 * width)
        self.up_middle = _convolutions(6 * width, 2 * width)
        self.up_fine = _convolutions(3 * width, width)
        self.scores = nn.Conv2d(width, 4 * labels, 1)

    def forward(self, images: Tensor) -> Tensor:
        """(B,labels,H,W) from images (B,3,H,W) in [-1,1] of any size."""
        height, width = images.shape[2:]
        added = (0, -width % _MULTIPLE, 0, -height % _MULTIPLE)
        fine = self.fine(pixel_unshuffle(pad(images, added, mode="replicate"), 2))
        middle = self.middle(max_pool2d(fine, 2))
        coarse = self.coarse(max_pool2d(middle, 2))
        middle = self.up_middle(torch.cat([interpolate(coarse, scale_factor=2.0), middle], dim=1))
        fine = self.up_fine(torch.cat([interpolate(middle, scale_factor=2.0), fine], dim=1))
        return pixel_shuffle(self.scores(fine), 2)[:, :, :height, :width]
