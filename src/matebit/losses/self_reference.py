"""Losses that count only where the exemplar is the item itself, or one of the same style."""

from __future__ import annotations

from torch import Tensor


def self_reference_mean(per_sample: Tensor, self_ref: Tensor, form: str, total: Tensor | None) -> Tensor:
    """Of `per_sample` (B,) over the samples with self_ref (B,) = 1.

    default: their sum over max(their number over all ranks, 1), so that the batch size does not
    matter; `total` is that number (this batch's own if None).
    released: weights self_ref / (sum + 1e-5), then the mean over the whole batch: one more 1/B.
    """
    self_ref = self_ref.to(per_sample.dtype)
    if form == "released":
        return (per_sample * self_ref).mean() / (self_ref.sum() + 1e-5)
    number = self_ref.sum() if total is None else total
    return (per_sample * self_ref).sum() / number.clamp(min=1)


def sample_means(difference: Tensor) -> Tensor:
    """Mean of everything but the batch: (B,...) to (B,)."""
    return difference.flatten(1).mean(dim=1)
