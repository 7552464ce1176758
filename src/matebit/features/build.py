"""Perceptual features from their configuration; nothing is exchanged silently."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from matebit.config.choices import Choices
from matebit.config.features import FeatureConfig
from matebit.errors import MatebitError

if TYPE_CHECKING:
    from matebit.features.efficientnet_lite0 import EfficientNetLite0
    from matebit.features.vgg19 import Vgg19

# Called as `Class(width)`.
NETWORKS: Choices[str] = Choices(
    {
        "vgg19": "matebit.features.vgg19:Vgg19",
        "efficientnet_lite0": "matebit.features.efficientnet_lite0:EfficientNetLite0",
    }
)
# Functions `path -> network`.
READERS: Choices[str] = Choices(
    {
        "vgg19": "matebit.features.vgg19:read_vgg19",
        "efficientnet_lite0": "matebit.features.efficientnet_lite0:read_efficientnet_lite0",
    }
)


def build_features(config: FeatureConfig, weights: Path | str | None = None) -> Vgg19 | EfficientNetLite0:
    """The frozen network; `weights` is the file that `weights: imagenet` needs."""
    if config.weights == "random":
        network = _random(config)
    elif weights is None:
        raise MatebitError(
            f"features.weights = 'imagenet' needs the file of {config.net}'s weights: pass its path, or set "
            "features.weights to 'random'"
        )
    else:
        network = resolve_name(READERS[config.net])(Path(weights))
    return cast("Vgg19", network).prepare() if config.net == "vgg19" else network


def _random(config: FeatureConfig) -> Vgg19 | EfficientNetLite0:
    """Kaiming-normal weights for the activation behind each layer, biases 0."""
    rng = torch.Generator().manual_seed(config.seed)
    with torch.random.fork_rng(devices=[]):
        network = resolve_name(NETWORKS[config.net])(config.width)
    for name, layer in network.named_modules():
        if isinstance(layer, nn.Conv2d):
            linear = name.endswith(".project")
            nn.init.kaiming_normal_(layer.weight, nonlinearity="linear" if linear else "relu", generator=rng)
            assert layer.bias is not None
            nn.init.zeros_(layer.bias)
    return network
