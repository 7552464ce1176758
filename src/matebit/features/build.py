"""Perceptual features from their configuration; nothing is exchanged silently."""

from __future__ import annotations

import re
from pathlib import Path

import torch
from torch import Tensor, nn

from matebit.config.features import FeatureConfig
from matebit.errors import MatebitError
from matebit.features.vgg19 import GROUPS, Scaling, Vgg19


def build_features(config: FeatureConfig, weights: Path | str | None = None) -> Vgg19:
    """The frozen network; `weights` is the file that `weights: imagenet` needs."""
    if config.weights == "random":
        return _random(config).prepare()
    if weights is None:
        raise MatebitError(
            "features.weights = 'imagenet' needs the file of VGG-19 weights: pass its path, or set "
            "features.weights to 'random'"
        )
    return _from_file(Path(weights)).prepare()


def _random(config: FeatureConfig) -> Vgg19:
    rng = torch.Generator().manual_seed(config.seed)
    with torch.random.fork_rng(devices=[]):
        network = Vgg19(config.width)
    for layer in network.children():
        assert isinstance(layer, nn.Conv2d)
        assert layer.bias is not None
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=rng)
        nn.init.zeros_(layer.bias)
    return network


def _from_file(path: Path) -> Vgg19:
    stored = _read(path)
    names = _torchvision_names() if any(key.startswith("features.") for key in stored) else None
    scaling: Scaling = "caffe" if names is None else "torchvision"
    with torch.random.fork_rng(devices=[]):
        network = Vgg19(1.0, scaling)
    wanted = network.state_dict()
    if names is not None:
        stored = {_renamed(key, names): value for key, value in stored.items()}
    missing = sorted(key for key in wanted if key not in stored)
    if missing:
        raise MatebitError(
            f"{path} is not a VGG-19 (no {missing[0]}): expected names as conv1_1.weight or features.0.weight"
        )
    wrong = [key for key in wanted if stored[key].shape != wanted[key].shape]
    if wrong:
        raise MatebitError(
            f"{path} is not a VGG-19: {wrong[0]} has shape {tuple(stored[wrong[0]].shape)}, "
            f"expected {tuple(wanted[wrong[0]].shape)}"
        )
    network.load_state_dict({key: stored[key] for key in wanted})
    return network


def _read(path: Path) -> dict[str, Tensor]:
    """A safetensors file or a PyTorch file of tensors; no code in it is executed."""
    if not path.is_file():
        raise MatebitError(
            f"VGG-19 weights not found at {path}: put the file there, or set features.weights to 'random'"
        )
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        loaded = torch.load(path, map_location="cpu", weights_only=True)
        return {key: value for key, value in loaded.items() if isinstance(value, Tensor)}
    except Exception as error:
        raise MatebitError(f"{path} cannot be read as network weights: get the file anew") from error


def _torchvision_names() -> dict[str, str]:
    """`features.N` of torchvision's VGG-19 to `convG_P`: each convolution has a ReLU, each group
    a pool.
    """
    names, index = {}, 0
    for group, sizes in enumerate(GROUPS, start=1):
        for place in range(1, len(sizes) + 1):
            names[f"features.{index}"] = f"conv{group}_{place}"
            index += 2
        index += 1
    return names


def _renamed(key: str, names: dict[str, str]) -> str:
    found = re.fullmatch(r"(features\.\d+)\.(weight|bias)", key)
    return f"{names[found[1]]}.{found[2]}" if found and found[1] in names else key
