"""Losses that count only where the exemplar is the item itself, or one of the same style."""

from __future__ import annotations

from torch import Tensor


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
