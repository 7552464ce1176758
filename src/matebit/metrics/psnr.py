"""Peak signal-to-noise ratio to the true answer."""

from __future__ import annotations

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import Batch


class PeakSignalToNoise(PerImage):
    """10 log10(255^2 / mean squared error) in dB, the mean of each image's; infinite for equal
    images.
    """

    needs = frozenset({"truth"})
    protocol = "per image over RGB, 8-bit, then the mean of the images' dB"

    def features(self, batch: Batch) -> dict[str, np.ndarray]:
        """`psnr`: (B,)."""
        error = (batch.translated.double() - batch.truth.double()).square().mean(dim=(1, 2, 3)).numpy()
        with np.errstate(divide="ignore"):
            return {"psnr": 10 * np.log10(255.0**2 / error)}
