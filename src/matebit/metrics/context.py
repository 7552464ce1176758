"""What a metric is built from: the settings, and networks that several metrics share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from matebit.config.metrics import MetricsConfig
from matebit.weights.location import required

if TYPE_CHECKING:
    from matebit.contracts.body_pose import BodyPose
    from matebit.data.extractors.protocol import Extractor
    from matebit.metrics.batch import Network
    from matebit.metrics.feature_distance import PerceptualDistance
    from matebit.metrics.inception import Inception


def with_digest(label: str, weights: Path | None) -> str:
    """The name of features with the beginning of their file's SHA-256, where a file made them."""
    from matebit.io.files import sha256_of_file

    return label if weights is None else f"{label}, weights sha256 {sha256_of_file(weights)[:12]}"


class Parser(Protocol):
    """Parses pictures: uint8 (H,W,3) to labels uint8 (H,W)."""

    @property
    def label(self) -> str:
        """Which network it is."""

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """The labels of an image's pixels."""


@dataclass(frozen=True)
class Context:
    """Settings and shared parts. `features_label` says which features `network` gives, at `levels` from fine
    to coarse; `load_parser` gives what parses translated images and `load_joint_finder` what finds joints in
    them; None where nothing does.
    """

    config: MetricsConfig
    network: Network
    levels: tuple[str, ...]
    features_label: str
    truth_known: bool
    extract_edges: Callable[[np.ndarray], np.ndarray]
    threads: int = 1
    load_parser: Callable[[], Parser] | None = None
    load_joint_finder: Callable[[], Extractor[BodyPose]] | None = None

    @cached_property
    def parser(self) -> Parser:
        """What parses translated images, loaded once."""
        if self.load_parser is None:
            raise TypeError("nothing parses translated images; a metric that needs it is not built")
        return self.load_parser()

    @cached_property
    def joint_finder(self) -> Extractor[BodyPose]:
        """What finds joints in translated images, loaded once."""
        if self.load_joint_finder is None:
            raise TypeError("nothing finds joints in translated images; a metric that needs it is not built")
        return self.load_joint_finder()

    @cached_property
    def distance(self) -> PerceptualDistance:
        """Between image batches: LPIPS where it is among the metrics, else the feature distance."""
        from matebit.metrics.feature_distance import by_features

        if "lpips" in self.config.names:
            return self.lpips
        return by_features(self.network, self.levels, self.features_label)

    @cached_property
    def lpips(self) -> PerceptualDistance:
        """The published LPIPS."""
        from matebit.metrics.lpips import calibrated_alexnet

        return calibrated_alexnet(required("alexnet", "lpips in metrics.names"))

    @cached_property
    def inception(self) -> Inception:
        """pytorch-fid's network, for FID, KID and the inception score."""
        from matebit.metrics.inception import load_inception

        return load_inception(required("inception-fid", "fid, kid or inception_score in metrics.names"))
