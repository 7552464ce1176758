"""Hinge losses and feature matching on the discriminator's outputs: scales of lists of stages."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.ops.distances import sample_distances

Stages = list[list[Tensor]]


def generator_hinge(fake: Stages) -> Tensor:
    """Mean over scales of -mean(logits of fake)."""
    return -torch.stack([stages[-1].mean() for stages in fake]).mean()


def discriminator_hinge(scores: Stages, *, real: bool) -> Tensor:
    """Mean over scales of mean max(0, 1 -+ logits)."""
    sign = -1.0 if real else 1.0
    return torch.stack([F.relu(1 + sign * stages[-1]).mean() for stages in scores]).mean()


def feature_matching(fake: Stages, real: Stages) -> Tensor:
    """Sum over scales and all stages but the last of mean |fake - real|, over the number of
    scales.
    """
    distances = [
        sample_distances(of_fake, of_real.detach()).mean()
        for fake_stages, real_stages in zip(fake, real, strict=True)
        for of_fake, of_real in zip(fake_stages[:-1], real_stages[:-1], strict=True)
    ]
    return torch.stack(distances).sum() / len(fake)
