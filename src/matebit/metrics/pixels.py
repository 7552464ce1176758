"""Metrics of the pixels themselves: MAE, SSIM, PSNR, and chroma."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import ScoredBatch

if TYPE_CHECKING:
    import torch


class MeanAbsoluteError(PerImage):
    """Mean over pixels and channels of |translated - truth|, 0 to 255."""

    needs = frozenset({"truth"})
    protocol = "mean over RGB pixels, 8-bit, 0..255"

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`mae`: (B,)."""
        error = (batch.translated.int() - batch.truth.int()).abs()
        return {"mae": error.double().mean(dim=(1, 2, 3)).numpy()}


class PeakSignalToNoise(PerImage):
    """10 log10(255^2 / mean squared error) in dB, the mean of each image's; infinite for equal images."""

    needs = frozenset({"truth"})
    protocol = "per image over RGB, 8-bit, then the mean of the images' dB"

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`psnr`: (B,)."""
        error = (batch.translated.double() - batch.truth.double()).square().mean(dim=(1, 2, 3)).numpy()
        with np.errstate(divide="ignore"):
            return {"psnr": 10 * np.log10(255.0**2 / error)}


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
    """SSIM (Wang et al. 2004) with its Gaussian window (sigma 1.5, 11 px), mean over RGB and places."""

    needs = frozenset({"truth"})
    protocol = (
        f"scikit-image {version('scikit-image')}, Gaussian window sigma 1.5 (11 px), population covariance, "
        "K 0.01 and 0.03, mean over RGB"
    )

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`ssim`: (B,), 1 for equal images."""
        pairs = zip(batch.translated, batch.truth, strict=True)
        return {"ssim": np.array([similarity(one.numpy(), other.numpy()) for one, other in pairs])}


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
