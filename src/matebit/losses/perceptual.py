"""Distances of perceptual features: to those of the truth, and of their Gram matrices to the exemplar's."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.ops.distances import sample_distances
from matebit.ops.gram import gram_distance

# Of the five levels, fine to coarse.
LEVEL_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)
GRAM_WEIGHTS = (1.0, 1 / 2, 1 / 4, 1 / 8, 1 / 16)


def perceptual_matching(fake: Sequence[Tensor], real: Sequence[Tensor]) -> Tensor:
    """Per sample (B,): sum over the five levels of weight * mean |fake - real|; deep levels weigh most.

    `fake`, `real`: features (B,C,h,w), fine to coarse.
    """
    distances = [
        weight * sample_distances(x, y) for weight, x, y in zip(LEVEL_WEIGHTS, fake, real, strict=True)
    ]
    return torch.stack(distances).sum(dim=0)


def perceptual_distance(fake: Tensor, real: Tensor) -> Tensor:
    """Mean squared difference at one level."""
    return F.mse_loss(fake, real)


def gram_style(fake: Sequence[Tensor], exemplar: Sequence[Tensor]) -> Tensor:
    """Sum over the five levels of weight * mean |difference of Gram matrices| (Gatys et al. 2016).

    `fake`, `exemplar`: features (B,c,h,w), fine to coarse. Gradients reach `fake` alone.
    """
    distances = [
        weight * gram_distance(x, y) for weight, x, y in zip(GRAM_WEIGHTS, fake, exemplar, strict=True)
    ]
    return torch.stack(distances).sum()
