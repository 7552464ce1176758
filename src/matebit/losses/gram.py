"""Style loss of Gatys et al. 2016 on Gram matrices."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

LEVEL_WEIGHTS = {"r12": 1.0, "r22": 1 / 2, "r32": 1 / 4, "r42": 1 / 8, "r52": 1 / 16}


def gram(features: Tensor) -> Tensor:
    """F F^T / (c h w) of (B,c,h,w): (B,c,c)."""
    flat = features.permute(0, 2, 3, 1).flatten(1, 2)  # a view: VGG's features are channels last
    return torch.bmm(flat.transpose(1, 2), flat) / (flat.shape[1] * flat.shape[2])


def gram_style(fake: dict[str, Tensor], exemplar: dict[str, Tensor]) -> Tensor:
    """Sum over levels of weight * mean |Gram(fake) - Gram(exemplar)|."""
    distances = [
        weight * F.l1_loss(gram(fake[level]), gram(exemplar[level]))
        for level, weight in LEVEL_WEIGHTS.items()
    ]
    return torch.stack(distances).sum()
