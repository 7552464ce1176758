"""The encoders of the overview figure, the embeddings after them and the global style code."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from matebit.model.layers import ResidualBlock, Spade
from matebit.ops.norms import instance_norm
from matebit.ops.prelu import PRelu
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


class StyleMapping(nn.Module):
    """Global average of the exemplar's embedding through three linear layers: the style code."""

    def __init__(self, width: int, numbers: int) -> None:
        """`width` C of the network; the code has `numbers`, C as published."""
        super().__init__()
        self.layers = nn.ModuleList(
            [
                nn.Linear(8 * width, 4 * width),
                nn.Linear(4 * width, 4 * width),
                nn.Linear(4 * width, numbers),
            ]
        )

    def forward(self, features: Tensor) -> Tensor:
        """(B,8C,h,w) to (B,numbers), not normalised."""
        z = features.mean(dim=(2, 3))
        for layer in self.layers[:-1]:
            z = F.leaky_relu(layer(z), 0.2)
        return self.layers[-1](z)
