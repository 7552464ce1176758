"""Losses that teach the correspondence: aligned features, warped exemplar, known and contrasted positions."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.ops.distances import sample_distances
from matebit.ops.norms import TINY, l2_normalise

POSITIONS = 64
MARGIN, TEMPERATURE = 0.25, 0.05


def feature_alignment(condition: list[Tensor], truth: list[Tensor]) -> Tensor:
    """Sum over the four levels of mean |condition's - truth's features|, both L2-normalised.

    Condition and truth show the same thing: their encoders learn one language. Both get gradient.
    """
    return torch.stack([sample_distances(a, b).mean() for a, b in zip(condition, truth, strict=True)]).sum()


def warp_matching(warped: list[Tensor], truth: Tensor) -> Tensor:
    """Per sample (B,): sum over blocks of mean |warped exemplar - truth on the token grid|."""
    stride = truth.shape[-1] // warped[0].shape[-1]
    pooled = F.avg_pool2d(truth, stride)
    return torch.stack([sample_distances(block, pooled) for block in warped]).sum(dim=0)


def known_match(soft: list[Tensor], flow: Tensor) -> Tensor:
    """Per sample (B,): sum over blocks of mean |position - known position| over tokens whose match is known.

    `soft`: of every block the mean place of each token's match (B,2,h,w) in [0,1], with gradient; `flow`
    (B,2,S/4,S/4): the known place of each cell of 4 px, NaN where not known. 0 for a sample without any.
    """
    cells = flow.shape[-1] // soft[0].shape[-1]
    wanted = F.avg_pool2d(flow, cells) if cells > 1 else flow  # NaN where any cell of a token is
    known = ~wanted.isnan().any(dim=1, keepdim=True)
    weight = known.to(flow.dtype) / (2 * known.sum(dim=(1, 2, 3), keepdim=True).clamp_min(1))
    wanted = torch.where(known, wanted, 0.0)
    return torch.stack(
        [((block.to(flow.dtype) - wanted).abs() * weight).sum(dim=(1, 2, 3)) for block in soft]
    ).sum(dim=0)


def position_contrast(condition: Tensor, truth: Tensor, positions: Tensor) -> Tensor:
    """Margin contrast of 64 positions (marginal contrastive learning of MCL-Net, Zhan et al. 2022).

    `condition`, `truth`: token features (B,C,h,w), truth's without gradient; `positions`: the
    chosen token indices, the same for all samples. Positive logit cos(theta + 0.25), negatives the
    other positions of the same image.
    """
    query = l2_normalise(condition.flatten(2)[:, :, positions], eps=1e-7)
    key = l2_normalise(truth.detach().flatten(2)[:, :, positions], eps=1e-7)
    cosine = torch.bmm(query.transpose(1, 2), key)
    own = torch.diagonal(cosine, dim1=1, dim2=2)
    sine = torch.sqrt((1 - own.square()).clamp_min(TINY))  # |cos| may round above 1
    positive = own * math.cos(MARGIN) - sine * math.sin(MARGIN)
    itself = torch.eye(len(positions), dtype=torch.bool, device=cosine.device)
    logits = torch.cat([positive.unsqueeze(2), cosine.masked_fill(itself, -10.0)], dim=2) / TEMPERATURE
    return (torch.logsumexp(logits, dim=2) - logits[:, :, 0]).mean()


def random_positions(tokens: int, rng: torch.Generator) -> Tensor:
    """64 token indices without repetition, drawn on the CPU."""
    return torch.randperm(tokens, generator=rng)[:POSITIONS]
