"""VGG-19 from its published files: caffe's names, or torchvision's."""

from __future__ import annotations

import re
from pathlib import Path

import torch

from matebit.features.stored import fitting, stored_tensors
from matebit.features.vgg19 import GROUPS, Scaling, Vgg19


def read_vgg19(path: Path) -> Vgg19:
    """The network of a file with names as conv1_1.weight (caffe) or features.0.weight (torchvision)."""
    stored = stored_tensors(path, "VGG-19")
    names = _torchvision_names() if any(key.startswith("features.") for key in stored) else None
    scaling: Scaling = "caffe" if names is None else "torchvision"
    with torch.random.fork_rng(devices=[]):
        network = Vgg19(1.0, scaling)
    if names is not None:
        stored = {_renamed(key, names): value for key, value in stored.items()}
    what = "a VGG-19 with names as conv1_1.weight or features.0.weight"
    network.load_state_dict(fitting(stored, network.state_dict(), path, what))
    return network


def _torchvision_names() -> dict[str, str]:
    """`features.N` of torchvision's VGG-19 to `convG_P`.

    Each convolution has a ReLU behind it, each group a pool.
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
