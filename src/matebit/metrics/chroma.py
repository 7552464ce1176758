"""Chroma: how far the result's hue and saturation are from those asked for, whatever its brightness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import ScoredBatch

if TYPE_CHECKING:
    import torch


def chroma_planes(images: torch.Tensor) -> np.ndarray:
    """a and b of CIE Lab (D65, 2 degrees), float64 (B,H,W,2), of sRGB images uint8 (B,3,H,W)."""
    from skimage.color import rgb2lab

    return rgb2lab(images.permute(0, 2, 3, 1).numpy() / 255.0)[..., 1:]


class Chroma(PerImage):
    """Mean over pixels of the distance in the a, b plane of CIE Lab to the true answer; 2.3 is just seen."""

    needs = frozenset({"truth"})
    protocol = "mean over pixels of the distance in a, b of CIE Lab (sRGB, D65)"

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`chroma`: (B,), 0 for images that differ in brightness alone."""
        planes = [chroma_planes(images) for images in (batch.translated, batch.truth)]
        return {"chroma": np.linalg.norm(planes[0] - planes[1], axis=-1).mean(axis=(1, 2))}
