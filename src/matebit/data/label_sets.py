"""The sets of labels by name."""

from __future__ import annotations

from matebit.data import bodies, faces
from matebit.data.config import DataConfig
from matebit.data.parsing import CLASSES, LabelSet
from matebit.data.sources.registry import label_set_of

LABEL_SETS: dict[str, LabelSet] = {
    known.name: known for known in (faces.LABEL_SET, bodies.LABEL_SET, CLASSES)
}


def labels_of(config: DataConfig) -> LabelSet:
    """The set in which the pictures that `config` names are parsed."""
    return LABEL_SETS[label_set_of(config)]
