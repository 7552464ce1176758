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

    from matebit.config.data import ConditionsConfig, DataConfig
    from matebit.contracts.structure import Record
    from matebit.data.conditions.inputs import Structure


def _of_any_picture(channels: int) -> dict[str, int]:
    return dict.fromkeys(("face", "body", "classes"), channels)


@dataclass(frozen=True)
class Kind:
    """One kind of condition: the function that makes it, and its channels by label set.

    A label set that is not named has no such condition; None: as many channels as the params' classes.
    `lines`: it is made of the picture alone, as lines and their distance map, and may be drawn by hand.
    `record`: the function that tells of the network that makes it. `forms`: what each channel is (`one_hot`,
    `lines`, `distance`; one for all, or one each), so that it can be moved with its picture; None: it cannot.
    """

    channels: dict[str, int] | None
    module: str
    function: str
    lines: bool = False
    record: str | None = None
    forms: tuple[str, ...] | None = None


_LINES = ("lines", "distance")

CONDITIONS: dict[str, Kind] = {
    "face_edges": Kind(
        {"face": 15},
        "matebit.data.conditions.face_edges",
        "face_edges",
        forms=("lines", *["distance"] * 13, "lines"),
    ),
    "parsing": Kind(
        {"face": 19, "body": 22}, "matebit.data.conditions.parsing", "one_hot_parsing", forms=("one_hot",)
    ),
    "labels": Kind(None, "matebit.data.conditions.labels", "one_hot_labels", forms=("one_hot",)),
    "canny": Kind(
        _of_any_picture(2), "matebit.data.conditions.lines", "canny_lines", lines=True, forms=_LINES
    ),
    "xdog": Kind(_of_any_picture(2), "matebit.data.conditions.lines", "xdog_lines", lines=True, forms=_LINES),
    "hed": Kind(
        _of_any_picture(2),
        "matebit.data.conditions.hed",
        "hed_lines",
        lines=True,
        record="hed_record",
        forms=_LINES,
    ),
    "pose": Kind(
        _of_any_picture(20),
        "matebit.data.conditions.pose",
        "pose_condition",
        forms=(*["lines"] * 3, *["distance"] * 17),
    ),
}


def possible_channels(config: ConditionsConfig) -> list[int]:
    """The numbers of channels that this kind of condition has, one for each label set that has it."""
    channels = CONDITIONS[config.kind].channels
    return [config.classes] if channels is None else sorted(set(channels.values()))


def condition_channels(config: ConditionsConfig, data: DataConfig) -> int:
    """Number of channels of the condition that `config` asks for of the pictures of `data`.

    Raises `MatebitError` where the source's label set has no such condition.
    """
    channels, labels = CONDITIONS[config.kind].channels, label_set_of(data)
    if channels is None:
        return config.classes
    if labels not in channels:
        fitting = [name for name, kind in CONDITIONS.items() if labels in (kind.channels or {labels})]
        raise MatebitError(
            f"conditions.kind: {config.kind} does not fit data.source: {data.source}, whose label maps are "
            f"those of {labels}; choose {' or '.join(fitting)}"
        )
    return channels[labels]


def channel_forms(config: ConditionsConfig) -> tuple[str, ...]:
    """What each channel of this kind is, so that it can be moved with its picture (pairs.known_matches).

    Raises `MatebitError` for a kind that cannot.
    """
    forms = CONDITIONS[config.kind].forms
    if forms is None:
        fitting = [name for name, kind in CONDITIONS.items() if kind.forms]
        raise MatebitError(
            f"pairs.known_matches moves a condition with its picture, which conditions.kind: {config.kind} "
            f"does not allow: set it to 0, or choose {' or '.join(fitting)}"
        )
    return forms


def load_extractor(
    config: ConditionsConfig,
) -> Callable[[Structure, ConditionsConfig], np.ndarray]:
    """The function `(structure, config) -> uint8 (C,S,S)`, 255 standing for 1.0."""
    kind = CONDITIONS[config.kind]
    return getattr(import_module(kind.module), kind.function)


def network_records(config: ConditionsConfig) -> list[Record]:
    """What is recorded of the network that makes this kind of condition, if one does.

    Raises `MatebitError` where its weights are absent or do not fit.
    """
    kind = CONDITIONS[config.kind]
    return [getattr(import_module(kind.module), kind.record)()] if kind.record else []
