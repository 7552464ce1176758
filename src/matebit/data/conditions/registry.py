"""The kinds of conditions by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from matebit.data.sources.registry import label_set_of
from matebit.errors import MatebitError

if TYPE_CHECKING:
    import numpy as np

    from matebit.data.conditions.inputs import Structure
    from matebit.data.config import ConditionsConfig


@dataclass(frozen=True)
class Kind:
    """One kind of condition: the function that makes it, and its channels by label set.

    A label set that is not named has no such condition.
    """

    channels: dict[str, int]
    module: str
    function: str


CONDITIONS: dict[str, Kind] = {
    "face_edges": Kind({"face": 15}, "matebit.data.conditions.face_edges", "face_edges"),
    "parsing": Kind({"face": 19, "body": 22}, "matebit.data.conditions.parsing", "one_hot_parsing"),
    "pose": Kind({"face": 20, "body": 20}, "matebit.data.conditions.pose", "pose_condition"),
}


def condition_channels(config: ConditionsConfig, source: str) -> int:
    """Number of channels of the condition that `config` asks for of a source's pictures.

    Raises `MatebitError` where the source's label set has no such condition.
    """
    channels, labels = CONDITIONS[config.kind].channels, label_set_of(source)
    if labels not in channels:
        fitting = [name for name, kind in CONDITIONS.items() if labels in kind.channels]
        raise MatebitError(
            f"conditions.kind: {config.kind} does not fit data.source: {source}, whose pictures are parsed "
            f"by the labels of a {labels}; choose {' or '.join(fitting)}"
        )
    return channels[labels]


def load_extractor(
    config: ConditionsConfig,
) -> Callable[[Structure, ConditionsConfig], np.ndarray]:
    """The function `(structure, config) -> uint8 (C,S,S)`, 255 standing for 1.0."""
    kind = CONDITIONS[config.kind]
    return getattr(import_module(kind.module), kind.function)
