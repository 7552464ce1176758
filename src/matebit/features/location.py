"""Where the weights of the perceptual features lie."""

from __future__ import annotations

from pathlib import Path

from matebit.config.features import FeatureConfig
from matebit.weights.location import required


def feature_weights(config: FeatureConfig) -> Path | None:
    """The file that the features need, None for random ones; a missing file is said at once."""
    if config.weights == "random":
        return None
    return required("vgg19", "features.weights = 'imagenet' (or set it to 'random')")
