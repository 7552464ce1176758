"""VGG-19 (Simonyan and Zisserman 2015) up to relu5_2: the features r12, r22, r32, r42, r52."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.features import VGG19_LEVELS as LEVELS
from matebit.features.stored import fitting, stored_tensors
from matebit.ops.winograd import FixedConvRelu

# Published channels of each convolution; a pool stands before every group but the first.
GROUPS = ((64, 64), (128, 128), (256, 256, 256, 256), (512, 512, 512, 512), (512, 512))

Scaling = Literal["caffe", "torchvision"]


def caffe_input(image: Tensor, *, rescale: bool = True) -> Tensor:
    """RGB in [-1,1] to what caffe's VGG-19 was trained on: BGR minus its mean, times 255.

    `rescale`: (x+1)/2 first, as the released option vgg_normal_correct.
    """
    image = (image + 1) / 2 if rescale else image
    mean = image.new_tensor([0.40760392, 0.45795686, 0.48501961]).view(1, 3, 1, 1)
    return (image.flip(1) - mean) * 255


def torchvision_input(image: Tensor) -> Tensor:
    """RGB in [-1,1] to what torchvision's VGG-19 was trained on: ImageNet mean 0, deviation 1."""
    mean = image.new_tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
    deviation = image.new_tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)
    return ((image + 1) / 2 - mean) / deviation


class Vgg19(nn.Module):
    """Frozen convolutional part, named by group and place: conv1_1 ... conv5_2."""

    levels = LEVELS

    def __init__(self, width: float = 1.0, scaling: Scaling = "caffe") -> None:
        super().__init__()
        self.scaling = scaling
        inputs = 3
        for group, sizes in enumerate(GROUPS, start=1):
            for place, published in enumerate(sizes, start=1):
                outputs = max(1, round(published * width))
                # the last maps are small: reading the weights takes the time, and tiles of 2 have fewer
                tile = 2 if group == len(GROUPS) else 4
                self.add_module(f"conv{group}_{place}", FixedConvRelu(inputs, outputs, tile))
                inputs = outputs
        self.to(memory_format=torch.channels_last)  # three times faster on the CPU
        self.eval()

    def prepare(self) -> Vgg19:
        """Do now what the first pass would do once."""
        for layer in self.children():
            layer.prepare()  # type: ignore[operator]
        return self

    def train(self, mode: bool = True) -> Vgg19:
        """Always in evaluation mode."""
        return super().train(False)

    def forward(self, image: Tensor, levels: Collection[str] | None = None) -> dict[str, Tensor]:
        """Features after ReLU of `image` (B,3,H,W) in [-1,1], for the levels asked for (None: all)."""
        levels = LEVELS if levels is None else levels
        image = image.contiguous(memory_format=torch.channels_last)
        x = caffe_input(image) if self.scaling == "caffe" else torchvision_input(image)
        features: dict[str, Tensor] = {}
        deepest = max((LEVELS.index(level) for level in levels), default=-1)
        for group, sizes in enumerate(GROUPS[: deepest + 1], start=1):
            if group > 1:
                x = F.max_pool2d(x, 2)
            last = len(sizes) if group <= deepest else 2
            for place in range(1, last + 1):
                x = getattr(self, f"conv{group}_{place}")(x)
                if place == 2 and f"r{group}2" in levels:
                    features[f"r{group}2"] = x
        return features


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
