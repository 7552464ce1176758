"""Where pretrained weights lie: one folder, which can be filled by hand."""

from __future__ import annotations

import os
from pathlib import Path

from matebit.errors import MatebitError
from matebit.features.config import FeatureConfig

# torchvision's VGG-19 trained on ImageNet, under the name that its publisher gives the file.
VGG19_FILE = "vgg19-dcbb9e9d.pth"


def weights_folder() -> Path:
    """The folder of pretrained weights: the variable MATEBIT_WEIGHTS, or `weights` here."""
    return Path(os.environ.get("MATEBIT_WEIGHTS", "weights"))


def feature_weights(config: FeatureConfig) -> Path | None:
    """The file that the features need, None for random ones; a missing file is said at once."""
    if config.weights == "random":
        return None
    path = weights_folder() / VGG19_FILE
    if not path.is_file():
        raise MatebitError(
            f"features.weights = 'imagenet' needs {path}, torchvision's VGG-19: put it there (or set "
            "MATEBIT_WEIGHTS to the folder that holds it), or set features.weights to 'random'"
        )
    return path
