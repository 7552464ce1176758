"""The transformer blocks and their parts: MAT (slide "MAT block (b)"), vanilla (a), warping alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.model.correspondence import Correspondence, CrossAttention, Exemplar
from matebit.model.layers import Spade
from matebit.model.released_layers import ReleasedAttention
from matebit.model.variant import Variant, variant_of
from matebit.ops.norms import positional_norm
from matebit.ops.pixelwise import pixelwise


class CoordinateAttention(nn.Module):
    """Coordinate attention (Hou et al. 2021): a gate from the means over rows and over columns.

    `variant` has the norm in between.
    """

    def __init__(self, channels: int, variant: Variant) -> None:
        super().__init__()
        middle = max(8, channels // 32)
        self.conv1 = nn.Conv2d(channels, middle, 1)
        self.norm = variant.gate_norm(middle)
        self.conv_h = nn.Conv2d(middle, channels, 1)
        self.conv_w = nn.Conv2d(middle, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B,C,h,w) to the same shape."""
        height, width = x.shape[-2:]
        rows = x.mean(dim=3, keepdim=True)  # (B,C,H,1)
        columns = x.mean(dim=2).unsqueeze(3)  # (B,C,W,1)
        y = F.hardswish(self.norm(self.conv1(torch.cat([rows, columns], dim=2))))
        rows, columns = y.split([height, width], dim=2)
        gate_h = torch.sigmoid(self.conv_h(rows))
        gate_w = torch.sigmoid(self.conv_w(columns.transpose(2, 3)))
        return x * gate_w * gate_h


class AdaConv(nn.Module):
    """z = AdaConv(X_agg); the block adds X_agg itself."""

    def __init__(self, channels: int, variant: Variant) -> None:
        super().__init__()
        self.dwconv = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.coordinate = CoordinateAttention(channels, variant)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.expand = nn.Linear(channels, 4 * channels)
        self.reduce = nn.Linear(4 * channels, channels)
        self.gamma = nn.Parameter(torch.empty(channels))  # layer scale

    def forward(self, x: Tensor) -> Tensor:
        """(B,8C,h,w) to the same shape."""
        z = self.norm(self.coordinate(self.dwconv(x)).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        z = F.gelu(pixelwise(z, self.expand.weight, self.expand.bias))
        return self.gamma.view(-1, 1, 1) * pixelwise(z, self.reduce.weight, self.reduce.bias)


class MatBlock(nn.Module):
    """Masked attention, the unmatched part filled from the condition, PONO, AdaConv."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels = config.token_channels
        released = config.attention == "released"
        self.attention = ReleasedAttention(config) if released else CrossAttention(config)
        # conf = 1 without a mask: nothing is left for X_uncor
        fills = config.confidence != "off" and (config.mask or released)
        self.spade = Spade(channels, config.require_condition_channels()) if fills else None
        self.adaconv = AdaConv(channels, variant_of(config)) if config.adaconv else None

    def forward(
        self,
        x: Tensor,
        exemplar: Exemplar,
        condition: Tensor,
        position: Tensor,
        *,
        matches: bool = False,
    ) -> tuple[Tensor, Correspondence]:
        """X and F (B,8C,h,w), condition on the same grid: X_MAT and the correspondence."""
        correspondence = self.attention(x, exemplar, position, matches=matches)
        total = x + correspondence.correlated  # X_cor + Q, in the memory layout of Q
        if self.spade is not None:
            q_norm = self.spade(x, condition)  # Q_norm = gamma(x_A) PONO(Q) + beta(x_A)
            total = torch.addcmul(total, correspondence.unmatched, q_norm)  # + X_uncor = (1 - conf) * Q_norm
        x_agg = positional_norm(total)  # X_agg = PONO(X_cor + X_uncor + Q)
        if self.adaconv is None:
            return x_agg, correspondence
        return x_agg + self.adaconv(x_agg), correspondence  # X_MAT = AdaConv(X_agg) + X_agg


class VanillaBlock(nn.Module):
    """Cross-attention, residual, LayerNorm, feed-forward, residual, LayerNorm; no mask and no AdaConv."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels = config.token_channels
        self.attention = CrossAttention(config)
        self.norm_0 = nn.LayerNorm(channels, eps=1e-6)
        self.norm_1 = nn.LayerNorm(channels, eps=1e-6)
        hidden = matched_hidden_width(config, self)
        self.expand = nn.Linear(channels, hidden)
        self.reduce = nn.Linear(hidden, channels)

    def forward(
        self,
        x: Tensor,
        exemplar: Exemplar,
        condition: Tensor,
        position: Tensor,
        *,
        matches: bool = False,
    ) -> tuple[Tensor, Correspondence]:
        """As `MatBlock`; the condition has no part in it."""
        correspondence = self.attention(x, exemplar, position, matches=matches)
        tokens = self.norm_0((x + correspondence.correlated).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        hidden = F.gelu(pixelwise(tokens, self.expand.weight, self.expand.bias))
        tokens = tokens + pixelwise(hidden, self.reduce.weight, self.reduce.bias)
        return self.norm_1(tokens.permute(0, 2, 3, 1)).permute(0, 3, 1, 2), correspondence


class WarpBlock(nn.Module):
    """Correspondence alone: it warps the exemplar's pixels, and the features pass as they are."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.attention = CrossAttention(config)

    def forward(
        self,
        x: Tensor,
        exemplar: Exemplar,
        condition: Tensor,
        position: Tensor,
        *,
        matches: bool = False,
    ) -> tuple[Tensor, Correspondence]:
        """As `MatBlock`; the condition has no part in it."""
        return x, self.attention(x, exemplar, position, matches=matches)


def parameter_count(module: nn.Module) -> int:
    """Number of trainable numbers."""
    return sum(parameter.numel() for parameter in module.parameters())


def matched_hidden_width(config: ModelConfig, rest: nn.Module) -> int:
    """Feed-forward width that gives a vanilla block as many parameters as the full MAT block."""
    full = {"attention": "masked_cosine", "mask": True, "confidence": "mass", "adaconv": True}
    with torch.device("meta"):
        target = parameter_count(MatBlock(config.model_copy(update=full)))
    channels = config.token_channels
    return (target - parameter_count(rest) - channels) // (2 * channels + 1)


def build_block(config: ModelConfig) -> MatBlock | VanillaBlock | WarpBlock:
    """The block that `attention` names."""
    if config.attention == "warp":
        return WarpBlock(config)
    return VanillaBlock(config) if config.attention == "vanilla" else MatBlock(config)
