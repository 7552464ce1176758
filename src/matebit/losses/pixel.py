"""Pixel distances to truth; not part of the published method."""

from __future__ import annotations

import torch
from torch import Tensor

from matebit.ops.distances import sample_distances

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
