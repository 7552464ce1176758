"""The kinds of conditions by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from matebit.data.conditions.inputs import Structure
    from matebit.data.config import ConditionsConfig


@dataclass(frozen=True)
class Kind:
    """One kind of condition: its channels, and the function that makes it.

    `lines`: it is made of the picture alone, as lines and their distance map, and may be drawn by hand.
    """

    channels: int
    module: str
    function: str
    lines: bool = False


CONDITIONS: dict[str, Kind] = {
    "face_edges": Kind(15, "matebit.data.conditions.face_edges", "face_edges"),
    "parsing": Kind(19, "matebit.data.conditions.parsing", "one_hot_parsing"),
    "pose": Kind(20, "matebit.data.conditions.pose", "pose_condition"),
    "canny": Kind(2, "matebit.data.conditions.lines", "canny_lines", lines=True),
    "xdog": Kind(2, "matebit.data.conditions.lines", "xdog_lines", lines=True),
}


def condition_channels(config: ConditionsConfig) -> int:
    """Number of channels of the condition that `config` asks for."""
    return CONDITIONS[config.kind].channels


def load_extractor(
    config: ConditionsConfig,
) -> Callable[[Structure, ConditionsConfig], np.ndarray]:
    """The function `(structure, config) -> uint8 (C,S,S)`, 255 standing for 1.0."""
    kind = CONDITIONS[config.kind]
    return getattr(import_module(kind.module), kind.function)
