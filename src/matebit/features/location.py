"""Where the weights of the perceptual features lie."""

from __future__ import annotations

from pathlib import Path

from matebit.features.config import FeatureConfig
from matebit.weights.location import required

# The name of a network to that of its file in the table of weights.
WEIGHTS = {"vgg19": "vgg19", "efficientnet_lite0": "efficientnet-lite0"}


def feature_weights(config: FeatureConfig) -> Path | None:
    """The file that the features need, None for random ones; a missing or wrong file is said at once."""
    if config.weights == "random":
        return None
    return required(WEIGHTS[config.net], f"features.net = {config.net!r} with weights = 'imagenet'")
