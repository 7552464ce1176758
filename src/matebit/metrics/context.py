"""What a metric is built from: the settings, and networks that several metrics share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

from matebit.config.metrics import MetricsConfig
from matebit.metrics.base import with_digest
from matebit.weights.location import required

if TYPE_CHECKING:
    from matebit.contracts.bodies import BodyPose
    from matebit.metrics.batch import Network, ScoredBatch
    from matebit.metrics.inception import Inception
    from matebit.metrics.perceptual import PerceptualDistance


class Parser(Protocol):
    """Parses pictures: uint8 (H,W,3) to labels uint8 (H,W)."""

    @property
    def label(self) -> str:
        """Which network it is."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """The labels of an image's pixels."""


class JointFinder(Protocol):
    """Finds a body's joints in pictures: uint8 (H,W,3) to places in px."""

    @property
    def label(self) -> str:
        """Which network it is."""

    def __call__(self, image: np.ndarray, origin: str) -> BodyPose | None:
        """The joints of an image that messages call `origin`; None where it shows nobody."""


class PooledLite0:
    """EfficientNet-Lite0 with ImageNet weights, the means of its last level: (B,112) an image batch."""

    def __init__(self) -> None:
        from matebit.config.features import FeatureConfig
        from matebit.errors import MatebitError
        from matebit.features.efficientnet_lite0 import read_efficientnet_lite0
        from matebit.features.location import feature_weights

        config = FeatureConfig(net="efficientnet_lite0", weights="imagenet")
        weights = feature_weights(config)
        if weights is None:
            raise MatebitError("fd_lite0 and kid_lite0 need the weights of EfficientNet-Lite0")
        # named here and not by the params, so that the stage's digest follows it whatever they choose
        self._network = read_efficientnet_lite0(weights)
        self._level = self._network.levels[-1]
        self.label = with_digest(config.label, weights)
        self.protocol = f"means of {self._level} over positions, images at their own size, float64"

    def __call__(self, batch: ScoredBatch, role: str) -> np.ndarray:
        """float64 (B,112) of the images called `role`, computed once a batch."""
        import torch

        @torch.no_grad()
        def pooled() -> np.ndarray:
            images = getattr(batch, role).float() / 127.5 - 1
            return self._network(images, [self._level])[self._level].double().mean(dim=(2, 3)).numpy()

        return batch.once(f"lite0 {role}", pooled)


@dataclass(frozen=True)
class Context:
    """Settings, and parts that several metrics share.

    `features_label` says which features `network` gives, at `levels` from fine to coarse; `load_parser` gives
    what parses translated images and `load_joint_finder` what finds joints in them; None where nothing does.
    """

    config: MetricsConfig
    network: Network
    levels: tuple[str, ...]
    features_label: str
    truth_known: bool
    extract_edges: Callable[[np.ndarray], np.ndarray]
    threads: int = 1
    load_parser: Callable[[], Parser] | None = None
    load_joint_finder: Callable[[], JointFinder] | None = None

    @cached_property
    def parser(self) -> Parser:
        """What parses translated images, loaded once."""
        if self.load_parser is None:
            raise TypeError("nothing parses translated images; a metric that needs it is not built")
        return self.load_parser()

    @cached_property
    def joint_finder(self) -> JointFinder:
        """What finds joints in translated images, loaded once."""
        if self.load_joint_finder is None:
            raise TypeError("nothing finds joints in translated images; a metric that needs it is not built")
        return self.load_joint_finder()

    @cached_property
    def distance(self) -> PerceptualDistance:
        """Between image batches: LPIPS where it is among the metrics, else the feature distance."""
        from matebit.metrics.perceptual import by_features

        if "lpips" in self.config.names:
            return self.lpips
        return by_features(self.network, self.levels, self.features_label)

    @cached_property
    def lpips(self) -> PerceptualDistance:
        """The published LPIPS."""
        from matebit.metrics.perceptual import calibrated_alexnet

        return calibrated_alexnet(required("alexnet", "lpips in metrics.names"))

    @cached_property
    def lite0(self) -> PooledLite0:
        """Pooled features of EfficientNet-Lite0, for fd_lite0 and kid_lite0."""
        return PooledLite0()

    @cached_property
    def inception(self) -> Inception:
        """pytorch-fid's network, for FID, KID and the inception score."""
        from matebit.metrics.inception import load_inception

        return load_inception(required("inception-fid", "fid, kid or inception_score in metrics.names"))
