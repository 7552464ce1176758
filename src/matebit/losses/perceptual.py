"""Distances of perceptual features to those of the truth."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.losses.distances import sample_distances

LEVEL_WEIGHTS = {"r12": 1 / 32, "r22": 1 / 16, "r32": 1 / 8, "r42": 1 / 4, "r52": 1.0}


def perceptual_matching(fake: dict[str, Tensor], real: dict[str, Tensor]) -> Tensor:
    """Per sample (B,): sum over levels of weight * mean |fake - real|; deep levels weigh most."""
    distances = [
        weight * sample_distances(fake[level], real[level]) for level, weight in LEVEL_WEIGHTS.items()
    ]
    return torch.stack(distances).sum(dim=0)


def perceptual_distance(fake: Tensor, real: Tensor) -> Tensor:
    """Mean squared difference at one level."""
    return F.mse_loss(fake, real)
