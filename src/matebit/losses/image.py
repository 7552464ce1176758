"""Losses of the output itself: by pixels, by perceptual features, by the discriminator."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.ops.distances import sample_distances
from matebit.ops.gram import gram_distance

Stages = list[list[Tensor]]
"""The discriminator's outputs: of each scale those of its stages, the last the map of logits."""

# Of the five levels, fine to coarse.
LEVEL_WEIGHTS = (1 / 32, 1 / 16, 1 / 8, 1 / 4, 1.0)
GRAM_WEIGHTS = (1.0, 1 / 2, 1 / 4, 1 / 8, 1 / 16)
# Of R, G, B: red against green, and both against blue; grey has none of either.
_OPPONENTS = ((1.0, -1.0, 0.0), (0.5, 0.5, -1.0))


def pixel_distance(image: Tensor, truth: Tensor) -> Tensor:
    """Per sample (B,): mean |image - truth| of two (B,3,H,W)."""
    return sample_distances(image, truth)


def opponent_distance(image: Tensor, truth: Tensor) -> Tensor:
    """Per sample (B,): mean |difference| of the two opponent colours of two (B,3,H,W).

    Brightness, in which pictures vary three times as much as in hue, does not enter.
    """
    matrix = image.new_tensor(_OPPONENTS)
    return sample_distances(*(torch.einsum("oc,bchw->bohw", matrix, x) for x in (image, truth)))


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


def generator_hinge(fake: Stages) -> Tensor:
    """Mean over scales of -mean(logits of fake)."""
    return -torch.stack([stages[-1].mean() for stages in fake]).mean()


def discriminator_hinge(scores: Stages, *, real: bool) -> Tensor:
    """Mean over scales of mean max(0, 1 -+ logits)."""
    sign = -1.0 if real else 1.0
    return torch.stack([F.relu(1 + sign * stages[-1]).mean() for stages in scores]).mean()


def feature_matching(fake: Stages, real: Stages) -> Tensor:
    """Sum over scales and all stages but the last of mean |fake - real|, over the number of scales."""
    distances = [
        sample_distances(of_fake, of_real.detach()).mean()
        for fake_stages, real_stages in zip(fake, real, strict=True)
        for of_fake, of_real in zip(fake_stages[:-1], real_stages[:-1], strict=True)
    ]
    return torch.stack(distances).sum() / len(fake)


def self_reference_mean(
    per_sample: Tensor, self_ref: Tensor, form: str, total: Tensor | None, share: float = 1.0
) -> Tensor:
    """Of `per_sample` (B,) over the samples with self_ref (B,) = 1.

    default: their sum over max(their number over all ranks and parts, 1), so that the batch size does
    not matter; `total` is that number (this batch's own if None).
    released: weights self_ref / (sum + 1e-5), then the mean over the whole batch: one more 1/B.
    `share`: of the whole batch, where this is a part of it; the parts' values, each times its share, add
    up to the whole's.
    """
    self_ref = self_ref.to(per_sample.dtype)
    number = self_ref.sum() if total is None else total
    if form == "released":
        return (per_sample * self_ref).mean() / (number + 1e-5)
    return (per_sample * self_ref).sum() / (number.clamp(min=1) * share)
