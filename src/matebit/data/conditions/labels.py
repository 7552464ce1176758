"""Conditions of one channel a class: the parsing of a face or a body, or any label map."""

from __future__ import annotations

import numpy as np

from matebit.config.data import ConditionsConfig
from matebit.contracts.parsing import IGNORED
from matebit.data.conditions.inputs import Structure
from matebit.io.images import BrokenImage


def one_hot_parsing(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """The labels one-hot, uint8 (L,S,S), 0 or 255: L is 19 for faces, 22 for bodies."""
    return _one_hot(structure.parsing.labels, len(structure.parsing.label_set.labels))


def one_hot_labels(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """The classes one-hot, uint8 (`conditions.classes`,S,S), 0 or 255; all 0 where a pixel has no class.

    Raises `BrokenImage` for a label that is no class.
    """
    labels = structure.parsing.labels
    largest = labels.max(initial=0, where=labels != IGNORED)
    if largest >= config.classes:
        raise BrokenImage(
            f"the label map of {structure.origin} holds the label {largest}, but conditions.classes: "
            f"{config.classes} allows 0 to {config.classes - 1}; raise it, or say which label marks pixels "
            "of no class (data.folder.ignore_label)"
        )
    return _one_hot(labels, config.classes)


def _one_hot(labels: np.ndarray, count: int) -> np.ndarray:
    """Labels uint8 (S,S) as uint8 (`count`,S,S), 0 or 255."""
    classes = np.arange(count, dtype=np.uint16)[:, None, None]
    return (labels == classes).view(np.uint8) * np.uint8(255)
