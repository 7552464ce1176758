"""The kinds of conditions: what their channels are, for which sets of labels; and the set of each source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from matebit.errors import MatebitError

if TYPE_CHECKING:
    from matebit.config.data import ConditionsConfig, DataConfig


def _of_any_picture(channels: int) -> dict[str, int]:
    return dict.fromkeys(("face", "body", "classes"), channels)


@dataclass(frozen=True)
class Kind:
    """One kind of condition, and its channels by label set.

    A label set that is not named has no such condition; None: as many channels as the params' classes.
    `lines`: it is made of the picture alone, as lines and their distance map, and may be drawn by hand.
    `network`: a network with weights of its own makes it. `forms`: what each channel is (`one_hot`,
    `lines`, `distance`; one for all, or one each), so that it can be moved with its picture; None: it cannot.
    """

    channels: dict[str, int] | None
    lines: bool = False
    network: bool = False
    forms: tuple[str, ...] | None = None


_LINES = ("lines", "distance")

CONDITIONS: dict[str, Kind] = {
    "face_edges": Kind({"face": 15}, forms=("lines", *["distance"] * 13, "lines")),
    "parsing": Kind({"face": 19, "body": 22}, forms=("one_hot",)),
    "labels": Kind(None, forms=("one_hot",)),
    "canny": Kind(_of_any_picture(2), lines=True, forms=_LINES),
    "xdog": Kind(_of_any_picture(2), lines=True, forms=_LINES),
    "hed": Kind(_of_any_picture(2), lines=True, network=True, forms=_LINES),
    "pose": Kind(_of_any_picture(20), forms=(*["lines"] * 3, *["distance"] * 17)),
}


def label_set_of(config: DataConfig) -> str:
    """The name of the label set in which the source that `config` names parses its pictures."""
    if config.source == "figures":
        return "body"
    own = config.source == "folder" and config.folder.has_label_maps and not config.folder.face_labels
    return "classes" if own else "face"


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
