"""Contextual loss (Mechrez et al. 2018) between features that need not be aligned."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

from matebit.ops.norms import full_precision, l2_normalise

BANDWIDTH = 0.1
# Beyond this many positions rows go in tiles, recomputed in backward: memory linear in positions.
TILED_ABOVE = 4096
TILE = 1024


def _row_scores(x: Tensor, y: Tensor) -> Tensor:
    """max_j A_ij of rows x (B,C,n) against all y (B,C,m): (B,n).

    d = 1 - x.y, dn = d / (min_j d + 1e-3), w = exp((1 - dn) / h), A = w / sum_j w; the largest w is
    that of the smallest d, so max_j A = 1 / sum_j exp((d_min - d_ij) / (h (d_min + 1e-3))).
    """
    distance = 1 - torch.bmm(x.transpose(1, 2), y)
    nearest = distance.min(dim=2, keepdim=True).values
    relative = (nearest - distance) / (BANDWIDTH * (nearest + 1e-3))
    return torch.exp(-torch.logsumexp(relative, dim=2))


def contextual(x: Tensor, y: Tensor, *, pono: bool = True) -> Tensor:
    """-log CX per sample (B,) for features x of the output and y of the exemplar, (B,C,h,w).

    Both are centred by y's mean: over channels at each position (`pono`), or over positions.
    """
    x, y = full_precision(x).flatten(2), full_precision(y).flatten(2)
    centre = y.mean(dim=1 if pono else 2, keepdim=True)
    x, y = l2_normalise(x - centre), l2_normalise(y - centre)
    with torch.autocast(x.device.type, enabled=False):
        if x.shape[2] <= TILED_ABOVE:
            scores = _row_scores(x, y)
        else:
            tiles = x.split(TILE, dim=2)
            scores = torch.cat(
                [checkpoint(_row_scores, tile, y, use_reentrant=False) for tile in tiles], dim=1
            )
    return -torch.log(scores.mean(dim=1))


def contextual_loss(fake: Sequence[Tensor], exemplar: Sequence[Tensor], *, pono: bool = True) -> Tensor:
    """8 CX(r52) + 4 CX(r42) + 2 CX(r32 pooled 2x2), averaged over the batch.

    `fake`, `exemplar`: the third to fifth level of a network, fine to coarse; VGG-19's names here.
    """
    (fake_r32, fake_r42, fake_r52), (r32, r42, r52) = fake, exemplar
    loss = 8 * contextual(fake_r52, r52, pono=pono)
    loss = loss + 4 * contextual(fake_r42, r42, pono=pono)
    loss = loss + 2 * contextual(F.avg_pool2d(fake_r32, 2), F.avg_pool2d(r32, 2), pono=pono)
    return loss.mean()
