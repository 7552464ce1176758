"""Structural similarity to the true answer (Wang et al. 2004)."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import Batch


def similarity(one: np.ndarray, other: np.ndarray) -> float:
    """SSIM of two images uint8 (3,H,W): 1 where they are equal."""
    from skimage.metrics import structural_similarity

    return structural_similarity(
        one,
        other,
        channel_axis=0,
        data_range=255,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
    )


class StructuralSimilarity(PerImage):
    """SSIM with the paper's Gaussian window (sigma 1.5, 11 px), mean over RGB and places."""

    needs = frozenset({"truth"})
    protocol = (
        f"scikit-image {version('scikit-image')}, Gaussian window sigma 1.5 (11 px), population covariance, "
        "K 0.01 and 0.03, mean over RGB"
    )

    def features(self, batch: Batch) -> dict[str, np.ndarray]:
        """`ssim`: (B,), 1 for equal images."""
        pairs = zip(batch.translated, batch.truth, strict=True)
        return {"ssim": np.array([similarity(one.numpy(), other.numpy()) for one, other in pairs])}
