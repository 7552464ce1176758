"""Pictures in numbers: what every channel of EfficientNet-Lite0's levels holds of them, and how unevenly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from matebit.features.efficientnet_lite0 import read_efficientnet_lite0
from matebit.weights.location import required


class Describer:
    """Mean and deviation over positions of every channel of all levels: 448 numbers a picture."""

    def __init__(self, needed_by: str) -> None:
        """`needed_by` begins the sentence of a `MatebitError` where the weights lack."""
        self._network = read_efficientnet_lite0(required("efficientnet-lite0", needed_by))

    @torch.no_grad()
    def __call__(self, pictures: Sequence[np.ndarray]) -> np.ndarray:
        """float64 (N,448) of uint8 (S,S,3) pictures of one size."""
        together = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)
        levels = [level.double() for level in self._network(together.float() / 127.5 - 1).values()]
        means = [level.mean(dim=(2, 3)) for level in levels]
        deviations = [level.std(dim=(2, 3), correction=0) for level in levels]
        return torch.cat(means + deviations, dim=1).numpy()
