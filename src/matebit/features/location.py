"""Where the weights of the perceptual features lie."""

from __future__ import annotations

from pathlib import Path

from matebit.config.features import FeatureConfig
from matebit.weights.location import required


def feature_weights(config: FeatureConfig) -> Path | None:
    """The file that the features need, None for random ones; a missing or wrong file is said at once."""
    if config.weight_file is None:
        return None
    return required(config.weight_file, f"features.net = {config.net!r} with weights = 'imagenet'")
