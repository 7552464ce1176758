"""The decoder of the baseline `cocosnet_like` (Zhang et al. 2020): an image from a warped exemplar."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.model.decoder import doubled
from matebit.model.embedding import Embedding
from matebit.model.layers import resize_condition
from matebit.ops.spectral import SpectralConv2d


class SpadeDecoder(nn.Module):
    """SPADE residual blocks from the token grid up, each seeing the warped exemplar and the condition."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        c, seen = config.ngf, 3 + config.require_condition_channels()
        self.stride = config.token_stride
        self.grows_at_1 = config.token_stride == 8  # at stride 4 the tokens are at S/4 already
        widths = [seen, 8 * c, 4 * c, 2 * c, c]
        self.convs = nn.ModuleList(SpectralConv2d(widths[k], widths[k + 1], 3, padding=1) for k in range(4))
        self.stages = nn.ModuleList(Embedding(width, seen) for width in widths[1:])
        self.final = nn.Conv2d(c, 3, 3, padding=1)

    def forward(self, warped: Tensor, condition: Tensor) -> Tensor:
        """`warped` (B,3,h,w), a patch or a colour a token, `condition` (B,nc,S,S): (B,3,S,S) in (-1,1)."""
        large = F.interpolate(warped, condition.shape[-2:], mode="bilinear", align_corners=False)
        seen = torch.cat([large, condition], dim=1)
        x = resize_condition(seen, (seen.shape[-2] // self.stride, seen.shape[-1] // self.stride))
        for level, (conv, stage) in enumerate(zip(self.convs, self.stages, strict=True)):
            if level > 1 or (level == 1 and self.grows_at_1):
                x = doubled(x)
            x = conv(x)
            x = stage(x, resize_condition(seen, (x.shape[-2], x.shape[-1])))
        return torch.tanh(self.final(x))
