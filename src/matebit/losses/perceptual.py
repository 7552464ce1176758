"""Distances of perceptual features to those of the truth."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.losses.distances import sample_distances

LEVEL_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)  # fine to coarse


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
