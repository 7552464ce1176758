"""Edges as a network sees them (HED), with their distance map: of any picture."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import torch

from matebit.config.data import ConditionsConfig
from matebit.contracts.structure import Record
from matebit.data.conditions.hed_network import HED
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.lines import lines_and_distance
from matebit.data.extractors.state import extracting, load_weights
from matebit.io.files import sha256_of_file
from matebit.weights.location import required

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
