"""Structural similarity to the true answer (Wang et al. 2004)."""

from __future__ import annotations

from importlib.metadata import version

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import Batch


class StructuralSimilarity(PerImage):
    """SSIM with the paper's Gaussian window (sigma 1.5, 11 px), mean over RGB and places."""

    needs = frozenset({"truth"})
    protocol = (
        f"scikit-image {version('scikit-image')}, Gaussian window sigma 1.5 (11 px), population covariance, "
        "K 0.01 and 0.03, mean over RGB"
    )

    def features(self, batch: Batch) -> dict[str, np.ndarray]:
        """`ssim`: (B,), 1 for equal images."""
        from skimage.metrics import structural_similarity

        scores = [
            structural_similarity(
                one.numpy(),
                other.numpy(),
                channel_axis=0,
                data_range=255,
                gaussian_weights=True,
                sigma=1.5,
                use_sample_covariance=False,
            )
            for one, other in zip(batch.translated, batch.truth, strict=True)
        ]
        return {"ssim": np.array(scores)}
