"""Edges as a network sees them (HED), with their distance map: of any picture."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.data import ConditionsConfig
from matebit.contracts.structure import Record
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.lines import lines_and_distance
from matebit.data.extractors.state import extracting, load_weights
from matebit.io.files import sha256_of_file
from matebit.weights.location import required


class Stage(nn.Module):
    """Convolutions of one scale, and a 1 x 1 convolution to the logits of its edges."""

    def __init__(self, inputs: int, outputs: int, count: int) -> None:
        super().__init__()
        widths = [inputs, *[outputs] * count]
        self.convs = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=1) for before, after in pairwise(widths)
        )
        self.projection = nn.Conv2d(outputs, 1, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(B,inputs,H,W) to features (B,outputs,H,W) and logits (B,1,H,W)."""
        for conv in self.convs:
            x = F.relu(conv(x))
        return x, self.projection(x)


class HED(nn.Module):
    """How likely each pixel is an edge; the names of its tensors are those of `ControlNetHED.pth`."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.Parameter(torch.zeros(1, 3, 1, 1))  # the mean colour that is taken away
        self.block1 = Stage(3, 64, 2)
        self.block2 = Stage(64, 128, 2)
        self.block3 = Stage(128, 256, 3)
        self.block4 = Stage(256, 512, 3)
        self.block5 = Stage(512, 512, 3)

    def forward(self, x: Tensor) -> Tensor:
        """(B,3,H,W), RGB from 0 to 255, to (B,1,H,W) in [0,1]: the sigmoid of the mean of all logits."""
        size, features, sides = x.shape[2:], x - self.norm, []
        for number, stage in enumerate((self.block1, self.block2, self.block3, self.block4, self.block5)):
            features, logits = stage(F.max_pool2d(features, 2) if number else features)
            sides.append(F.interpolate(logits, size, mode="bilinear", align_corners=False))
        return torch.sigmoid(torch.stack(sides).mean(dim=0))


WEIGHTS = "ControlNetHED.pth"


@cache
def _network(path: Path) -> HED:
    network = HED()
    load_weights(network, path)
    return network


def hed_record() -> Record:
    """What is recorded of the network. Raises `MatebitError` where its file is absent or does not fit."""
    path = required("hed", "conditions.kind: hed")
    _network(path)
    return Record(
        "edges", "hed", f"torch {torch.__version__}", WEIGHTS, sha256_of_file(path),
        "none stated for the file (ControlNet's code: Apache-2.0)",
    )  # fmt: skip


def hed_lines(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """Soft edges, 255 where the network is sure, and their distance map, uint8 (2,S,S)."""
    network = _network(required("hed", "conditions.kind: hed"))
    picture = torch.from_numpy(structure.image.transpose(2, 0, 1).copy()).float()
    with extracting():
        edges = network(picture[None])[0, 0].numpy()
    return lines_and_distance(np.rint(edges * 255).astype(np.uint8), config.distance_reach)
