"""Pixel distance to truth; not part of the published method."""

from __future__ import annotations

from torch import Tensor

from matebit.losses.distances import sample_distances


def pixel_distance(image: Tensor, truth: Tensor) -> Tensor:
    """Per sample (B,): mean |image - truth|."""
    return sample_distances(image, truth)
