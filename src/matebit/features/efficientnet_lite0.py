"""EfficientNet-Lite0 (Tan and Le 2019; TensorFlow's Lite variant of 2020), norms folded into convolutions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.features import LITE0_LEVELS as LEVELS
from matebit.features.stored import fitting, stored_tensors

# Repeats, kernel, stride of the first, expansion, output channels; the stem has 32 and stride 2.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
STEM, HEAD = 32, 1280


def lite0_input(image: Tensor) -> Tensor:
    """RGB in [-1,1] to what the network was trained on, (pixel - 127) / 128."""
    return image * (127.5 / 128) + 0.5 / 128


class SameConv(nn.Conv2d):
    """Never trained, and padded as TensorFlow's "same": the odd pixel on the right and below."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> None:
        even = kernel // 2 if stride == 1 else 0
        super().__init__(inputs, outputs, kernel, stride, padding=even, groups=groups)
        self.requires_grad_(False)

    def _margins(self, size: int) -> tuple[int, int]:
        kernel, stride = self.kernel_size[0], self.stride[0]
        missing = max(0, (-(-size // stride) - 1) * stride + kernel - size)
        return missing // 2, missing - missing // 2

    def forward(self, input: Tensor) -> Tensor:
        """(B,inputs,h,w) to (B,outputs,ceil(h/stride),ceil(w/stride))."""
        if self.stride[0] > 1:
            input = F.pad(input, (*self._margins(input.shape[3]), *self._margins(input.shape[2])))
        return super().forward(input)


class InvertedResidual(nn.Module):
    """Expansion, depthwise convolution, projection; the input is added where the shape stays."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expand = SameConv(inputs, wide) if expansion > 1 else None
        self.depthwise = SameConv(wide, wide, kernel, stride, groups=wide)
        self.project = SameConv(wide, outputs)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        """(B,inputs,h,w) to (B,outputs,h/stride,w/stride)."""
        wide = x if self.expand is None else F.relu6(self.expand(x), inplace=True)
        narrow = self.project(F.relu6(self.depthwise(wide), inplace=True))
        return narrow.add_(x) if self.shortcut else narrow


class EfficientNetLite0(nn.Module):
    """Frozen: the stem and some blocks are its levels, the pooled head describes a whole picture.

    Strides of the levels 2, 2, 4, 8, 16; channels 32, 16, 24, 40, 112, times `width`.
    """

    levels = LEVELS

    def __init__(self, width: float = 1.0) -> None:
        super().__init__()

        def channels(published: int) -> int:
            return max(1, round(published * width))

        self.stem = SameConv(3, channels(STEM), 3, 2)
        blocks, inputs = [], channels(STEM)
        for repeats, kernel, stride, expansion, published in STAGES:
            outputs = channels(published)
            for place in range(repeats):
                blocks.append(
                    InvertedResidual(inputs, outputs, kernel, stride if place == 0 else 1, expansion)
                )
                inputs = outputs
        self.blocks = nn.ModuleList(blocks)
        self.head = SameConv(inputs, channels(HEAD))
        self.to(memory_format=torch.channels_last)  # twice as fast on the CPU
        self.eval()

    def train(self, mode: bool = True) -> EfficientNetLite0:
        """Always in evaluation mode."""
        return super().train(False)

    def _stem(self, image: Tensor) -> Tensor:
        image = image.contiguous(memory_format=torch.channels_last)
        return F.relu6(self.stem(lite0_input(image)), inplace=True)

    def forward(self, image: Tensor, levels: Collection[str] | None = None) -> dict[str, Tensor]:
        """Features of `image` (B,3,H,W) in [-1,1] for the levels asked for (None: all), fine to coarse."""
        wanted = [level for level in LEVELS if levels is None or level in levels]
        x = self._stem(image)
        features = {"stem": x} if "stem" in wanted else {}
        ends = [0, *(1 + int(level.removeprefix("block")) for level in wanted if level != "stem")]
        for begin, end in pairwise(ends):
            for block in self.blocks[begin:end]:
                x = block(x)
            features[f"block{end - 1}"] = x
        return features

    def pooled(self, image: Tensor) -> Tensor:
        """The head's mean over the picture, (B,1280) times `width`, of `image` (B,3,H,W) in [-1,1]."""
        x = self._stem(image)
        for block in self.blocks:
            x = block(x)
        return F.relu6(self.head(x), inplace=True).mean(dim=(2, 3))


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
