"""Distances in the features of a network: the feature distance, and LPIPS."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import torch

from matebit.errors import MatebitError
from matebit.metrics.base import PerImage, with_digest
from matebit.metrics.batch import Features, Network, ScoredBatch

if TYPE_CHECKING:
    from matebit.metrics.context import Context


PROTOCOL = (
    "sum over {levels} of the squared distance of unit channel vectors, mean over positions; "
    "every channel weighs 1 (no LPIPS)"
)


def feature_distance(one: Features, other: Features) -> torch.Tensor:
    """Equation 1 of LPIPS (Zhang et al. 2018) with unit weights: (B,) from two dictionaries of (B,C,h,w).

    Sum over levels of the mean over positions of the squared difference of unit channel vectors: 0 for
    equal images, at most 4 a level.
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


def by_features(network: Network, levels: tuple[str, ...], label: str) -> PerceptualDistance:
    """The feature distance of image batches by `network`, which `label` names."""
    return PerceptualDistance(
        label,
        PROTOCOL.format(levels=", ".join(levels)),
        lambda one, other: feature_distance(network(one), network(other)),
    )


class FeatureDistance(PerImage):
    """Feature distance to the true answer."""

    needs = frozenset({"truth"})

    def __init__(self, levels: tuple[str, ...], features_label: str) -> None:
        super().__init__()
        self.features_label = features_label
        self.protocol = PROTOCOL.format(levels=", ".join(levels))

    @classmethod
    def build(cls, context: Context) -> Self:
        """On the context's features."""
        return cls(context.levels, context.features_label)

    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """`feature_distance`: (B,), 0 for equal images."""
        distance = feature_distance(batch.features("translated"), batch.features("ground_truth"))
        return {"feature_distance": distance.double().numpy()}


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
