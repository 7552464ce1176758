"""The decoders: the method's U, modulated by the style code, and that of the baseline `cocosnet_like`."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.model.encoder import Embedding
from matebit.model.layers import ResidualBlock, beside, resize_condition
from matebit.ops.norms import instance_norm
from matebit.ops.reflect import ReflectConv2d
from matebit.ops.spectral import SpectralConv2d


class SelfAttention(nn.Module):
    """x + gamma * o(softmax(theta^T phi) g) (Zhang et al. 2019), gamma from 0.

    Keys and values are max-pooled 2x2; no scaling. Memory is linear in the number of pixels.
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


def doubled(x: Tensor) -> Tensor:
    """Bilinear x2 with aligned corners."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)


# Luma of ITU-R BT.601, the brightness that images stored as sRGB are split by.
_LUMA = (0.299, 0.587, 0.114)


def hue_of(warped: Tensor, luma: Tensor) -> Tensor:
    """`warped` (B,3,H,W) in [-1,1] with its luma replaced by `luma` (B,1,H,W).

    An average of the exemplar's pixels has its hue and saturation already; to be painted through norms and
    tanh they must be learned anew, and saturated ones come out too grey.
    """
    own = sum(weight * warped[:, n : n + 1] for n, weight in enumerate(_LUMA))
    return warped - own + luma


class DecoderStage(nn.Module):
    """Spectral convolution (zero padding, no bias), instance norm, residual block."""

    def __init__(self, inputs: int, outputs: int, *, stride: int = 1) -> None:
        super().__init__()
        self.conv = SpectralConv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False)
        self.residual = ResidualBlock(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(B,inputs,h,w) to (B,outputs,h,w), half the size at stride 2."""
        return self.residual(instance_norm(self.conv(x)))


class AdaptiveInstanceNormBlock(nn.Module):
    """Two convolutions, their instance norms scaled and shifted by the style code, and a shortcut."""

    def __init__(self, channels: int, style: int) -> None:
        super().__init__()
        self.conv_0 = ReflectConv2d(channels, channels, bias=False)
        self.conv_1 = ReflectConv2d(channels, channels, bias=False)
        self.modulator = nn.Linear(style, 2 * channels)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """x (B,n,h,w), style (B,C); the same scale and shift serve both normalisations."""
        scale, shift = self.modulator(style).chunk(2, dim=1)
        z = F.relu(instance_norm(self.conv_0(x), scale, shift))
        return instance_norm(self.conv_1(z), scale, shift) + x


class Decoder(nn.Module):
    """Features x4 (B,8C,h,w) and the condition's features x3, x2 to an image in (-1,1)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        c, style = config.ngf, config.style_channels
        skip = config.source_features
        warp = 3 if config.warp_in_decoder else 0
        self.grows_at_2 = config.token_stride == 8  # at stride 4 the tokens are at S/4 already
        self.down = DecoderStage(8 * c, 8 * c, stride=2)
        self.bottleneck = DecoderStage(8 * c, 8 * c)
        self.style_0 = DecoderStage(16 * c, 8 * c)
        self.style_1 = DecoderStage(16 * c, 4 * c)
        self.style_2 = DecoderStage((8 * c if skip else 4 * c) + warp, 2 * c)
        self.style_3 = DecoderStage((4 * c if skip else 2 * c) + warp, c)
        self.adain_0 = AdaptiveInstanceNormBlock(8 * c, style)
        self.adain_1 = AdaptiveInstanceNormBlock(4 * c, style)
        self.adain_2 = AdaptiveInstanceNormBlock(2 * c, style)
        self.adain_3 = AdaptiveInstanceNormBlock(c, style)
        self.attention = (
            SelfAttention(2 * c, spectral=config.spectral_attention) if config.use_attention else None
        )
        self.residual = ResidualBlock(c)
        self.final = nn.Conv2d(c + warp, 1 if config.hue_from_warp else 3, 3, padding=1)
        self.hue_from_warp = config.hue_from_warp
        self.source_features = skip
        self.reads_warp = config.warp_in_decoder

    def joined(self, x: Tensor, source: Tensor | None, warped: Tensor | None) -> Tensor:
        """Source features of the condition and the warped exemplar beside x, unless switched off."""
        parts = [x]
        if source is not None and self.source_features:
            parts.append(source)
        if warped is not None and self.reads_warp:
            size = (x.shape[-2], x.shape[-1])
            parts.append(F.interpolate(warped, size, mode="bilinear", align_corners=False))
        return beside(*parts) if len(parts) > 1 else x

    def forward(
        self, x4: Tensor, x3: Tensor, x2: Tensor, style: Tensor, warped: Tensor | None = None
    ) -> Tensor:
        """x3 (B,4C,S/4,S/4) and x2 (B,2C,S/2,S/2) L2-normalised; style (B,numbers of the code).

        `warped` (B,3,h,w) on the token grid in [-1,1], for a decoder that sees it: a path for hue, which
        every other one loses in an instance norm or in the code (not in the slides). With `hue_from_warp` the
        last convolution paints brightness alone, and the warp gives hue and saturation: values may then leave
        [-1,1] where both are large.
        """
        x5 = self.down(F.leaky_relu(x4, 0.2))
        x = self.bottleneck(F.leaky_relu(x5, 0.2))
        x = self.adain_0(self.style_0(torch.cat([x, x5], dim=1)), style)
        x = self.adain_1(self.style_1(torch.cat([doubled(x), x4], dim=1)), style)
        x = doubled(x) if self.grows_at_2 else x
        x = self.adain_2(self.style_2(self.joined(x, x3, warped)), style)
        x = x if self.attention is None else self.attention(x)
        x = self.adain_3(self.style_3(self.joined(doubled(x), x2, warped)), style)
        x = self.residual(F.leaky_relu(doubled(x), 0.2))
        painted = torch.tanh(self.final(self.joined(x, None, warped)))
        if not self.hue_from_warp:
            return painted
        assert warped is not None, "hue_from_warp needs a block (ModelConfig), whose warp is always handed on"
        return hue_of(
            F.interpolate(warped, painted.shape[-2:], mode="bilinear", align_corners=False), painted
        )


class SpadeDecoder(nn.Module):
    """SPADE residual blocks from the token grid up, each seeing the warped exemplar and the condition."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        c, inputs = config.ngf, 3 + config.require_condition_channels()
        self.stride = config.token_stride
        self.grows_at_1 = config.token_stride == 8  # at stride 4 the tokens are at S/4 already
        widths = [inputs, 8 * c, 4 * c, 2 * c, c]
        self.convs = nn.ModuleList(SpectralConv2d(widths[k], widths[k + 1], 3, padding=1) for k in range(4))
        self.stages = nn.ModuleList(Embedding(width, inputs) for width in widths[1:])
        self.final = nn.Conv2d(c, 3, 3, padding=1)

    def forward(self, warped: Tensor, condition: Tensor) -> Tensor:
        """`warped` (B,3,h,w), a patch or a colour a token, `condition` (B,nc,S,S): (B,3,S,S) in (-1,1)."""
        large = F.interpolate(warped, condition.shape[-2:], mode="bilinear", align_corners=False)
        both = torch.cat([large, condition], dim=1)
        x = resize_condition(both, (both.shape[-2] // self.stride, both.shape[-1] // self.stride))
        for level, (conv, stage) in enumerate(zip(self.convs, self.stages, strict=True)):
            if level > 1 or (level == 1 and self.grows_at_1):
                x = doubled(x)
            x = conv(x)
            x = stage(x, resize_condition(both, (x.shape[-2], x.shape[-1])))
        return torch.tanh(self.final(x))
