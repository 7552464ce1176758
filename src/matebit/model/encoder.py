"""The two encoders of the overview figure: condition to queries, exemplar to keys and values."""

from __future__ import annotations

from torch import Tensor, nn

from matebit.model.layers import ResidualBlock
from matebit.ops.norms import instance_norm
from matebit.ops.spectral import SpectralConv2d


class EncoderLevel(nn.Module):
    """Spectral 3x3 convolution, instance norm, residual block."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv = SpectralConv2d(inputs, outputs, 3, stride=stride, padding=1, reflect=True)
        self.residual = ResidualBlock(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B,inputs,h,w) to (B,outputs,h,w), half the size at stride 2."""
        return self.residual(instance_norm(self.conv(x)))


class Encoder(nn.Module):
    """Four levels of C, 2C, 4C, 8C channels at strides 1, 2, 4 and `token_stride`."""

    def __init__(self, inputs: int, width: int, token_stride: int) -> None:
        super().__init__()
        channels = [inputs, width, 2 * width, 4 * width, 8 * width]
        strides = [1, 2, 2, token_stride // 4]
        self.levels = nn.ModuleList(EncoderLevel(channels[k], channels[k + 1], strides[k]) for k in range(4))

    def forward(self, x: Tensor) -> list[Tensor]:
        """(B,inputs,H,W) to [x4, x3, x2, x1], the token grid first."""
        pyramid: list[Tensor] = []
        for level in self.levels:
            x = level(x)
            pyramid.insert(0, x)
        return pyramid
