"""The sets of labels by name."""

from __future__ import annotations

from matebit.data import bodies, faces
from matebit.data.parsing import LabelSet
from matebit.data.sources.registry import label_set_of

LABEL_SETS: dict[str, LabelSet] = {known.name: known for known in (faces.LABEL_SET, bodies.LABEL_SET)}


def labels_of_source(source: str) -> LabelSet:
    """The set in which the pictures of a source are parsed."""
    return LABEL_SETS[label_set_of(source)]
