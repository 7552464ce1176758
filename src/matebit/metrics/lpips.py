"""LPIPS (Zhang et al. 2018) as published: the package's calibration on AlexNet's published weights."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import torch

from matebit.errors import MatebitError
from matebit.metrics.base import PerImage, with_digest
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.feature_distance import PerceptualDistance

if TYPE_CHECKING:
    from matebit.metrics.context import Context


def calibrated_alexnet(backbone: Path) -> PerceptualDistance:
    """LPIPS v0.1 of the `lpips` package on the AlexNet of torchvision's file `backbone`."""
    import lpips

    network = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False).eval()
    state = torch.load(backbone, map_location="cpu", weights_only=True)
    convolutions = {
        name.split(".", 1)[1]: value for name, value in state.items() if name.startswith("features.")
    }
    # The package cuts torchvision's `features` into slices and keeps their numbers: slice2.3 is
    # features.3.
    own = network.net.state_dict()
    wanted = {name: convolutions.get(name.split(".", 1)[1]) for name in own}
    if any(value is None or value.shape != own[name].shape for name, value in wanted.items()):
        raise MatebitError(f"{backbone} does not hold torchvision's AlexNet (alexnet-owt-7be5be79.pth)")
    network.net.load_state_dict(wanted)

    @torch.no_grad()
    def distance(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        return network(one / 127.5 - 1, other / 127.5 - 1).flatten()

    return PerceptualDistance(
        with_digest("alexnet imagenet, calibrated", backbone),
        f"lpips {version('lpips')}, v0.1, net alex, RGB in [-1,1]",
        distance,
    )


class PerceptualSimilarity(PerImage):
    """LPIPS to the true answer."""

    needs = frozenset({"truth"})

    def __init__(self, distance: PerceptualDistance) -> None:
        super().__init__()
        self._distance = distance
        self.features_label, self.protocol = distance.label, distance.protocol

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the package's network."""
        return cls(context.lpips)

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`lpips`: (B,), 0 for equal images."""
        return {"lpips": self._distance(batch.translated, batch.truth).double().numpy()}
