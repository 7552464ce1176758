"""Mean absolute error to the true answer."""

from __future__ import annotations

import numpy as np

from matebit.metrics.base import PerImage
from matebit.metrics.batch import Batch


class MeanAbsoluteError(PerImage):
    """Mean over pixels and channels of |translated - truth|, 0 to 255."""

    needs = frozenset({"truth"})
    protocol = "mean over RGB pixels, 8-bit, 0..255"

    def features(self, batch: Batch) -> dict[str, np.ndarray]:
        """`mae`: (B,)."""
        error = (batch.translated.int() - batch.truth.int()).abs()
        return {"mae": error.double().mean(dim=(1, 2, 3)).numpy()}
