"""The sets of labels by name."""

from __future__ import annotations

from dataclasses import replace

from matebit.config.data import ConditionsConfig, DataConfig
from matebit.contracts import bodies, faces
from matebit.contracts.condition_kinds import CONDITIONS, label_set_of
from matebit.contracts.parsing import CLASSES, LabelSet

LABEL_SETS: dict[str, LabelSet] = {
    known.name: known for known in (faces.LABEL_SET, bodies.LABEL_SET, CLASSES)
}


def labels_of(config: DataConfig) -> LabelSet:
    """The set in which the pictures that `config` names are parsed, in the colours of its table if any."""
    return in_own_colours(LABEL_SETS[label_set_of(config)], config.folder.colours)


def in_own_colours(known: LabelSet, table: list[list[int]] | None) -> LabelSet:
    """Classes shown in the colours that a table names; other sets as they are."""
    if known is not CLASSES or table is None:
        return known
    own = tuple(value for colour in table for value in colour)
    return replace(known, palette=own + known.palette[len(own) :])


def labels_of_channels(config: ConditionsConfig, channels: int) -> LabelSet:
    """The set whose labels make a condition of so many channels; a face's where that does not tell."""
    by_set = CONDITIONS[config.kind].channels
    if by_set is None:
        return CLASSES
    return next(known for name, known in LABEL_SETS.items() if by_set.get(name) == channels)
