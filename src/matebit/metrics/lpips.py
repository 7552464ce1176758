"""LPIPS (Zhang et al.

2018): the formula on named features, and the package's calibrated AlexNet.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np

from matebit.errors import MatebitError
from matebit.metrics.base import PerImage
from matebit.metrics.batch import Batch, Features, Network
from matebit.metrics.context import Context, with_digest

if TYPE_CHECKING:
    import torch

UNCALIBRATED = "LPIPS formula on r12..r52, every channel weighs 1 (not calibrated)"


def feature_distance(one: Features, other: Features) -> torch.Tensor:
    """Equation 1 of LPIPS with unit weights: (B,) from two dictionaries of (B,C,h,w).

    Sum over levels of the mean over positions of the squared difference of unit channel vectors.
    """
    import torch

    total = torch.zeros(())
    for level in one:
        units = [maps / (maps.norm(dim=1, keepdim=True) + 1e-10) for maps in (one[level], other[level])]
        total = total + (units[0] - units[1]).square().sum(dim=1).mean(dim=(1, 2))
    return total


class PerceptualDistance:
    """Distance of two image batches (B,3,H,W) uint8, and what it is made of."""

    def __init__(self, label: str, protocol: str, distance: Callable[..., torch.Tensor]) -> None:
        self.label, self.protocol, self._distance = label, protocol, distance

    def __call__(self, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """(B,) distances."""
        return self._distance(one, other)


def calibrated_alexnet(backbone: Path) -> PerceptualDistance:
    """LPIPS v0.1 of the `lpips` package on the AlexNet of torchvision's file `backbone`."""
    import lpips
    import torch

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


def uncalibrated(network: Network, label: str) -> PerceptualDistance:
    """The formula on the features of `network`, which `label` names."""
    return PerceptualDistance(
        label, UNCALIBRATED, lambda one, other: feature_distance(network(one), network(other))
    )


class PerceptualSimilarity(PerImage):
    """LPIPS to the true answer."""

    needs = frozenset({"truth"})

    def __init__(self, distance: PerceptualDistance, pretrained: bool) -> None:
        super().__init__()
        self._distance, self._pretrained = distance, pretrained
        self.features_label, self.protocol = distance.label, distance.protocol

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's distance."""
        return cls(context.distance, context.pretrained)

    def features(self, batch: Batch) -> dict[str, np.ndarray]:
        """`lpips`: (B,), 0 for equal images."""
        if self._pretrained:
            distance = self._distance(batch.translated, batch.truth)
        else:
            # The same features serve `semantic`, `texture` and `colour`: the batch keeps them.
            distance = feature_distance(batch.features("translated"), batch.features("ground_truth"))
        return {"lpips": distance.double().numpy()}
