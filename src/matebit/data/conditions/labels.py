"""The condition of any label map: one channel a class."""

from __future__ import annotations

import numpy as np

from matebit.config.data import ConditionsConfig
from matebit.contracts.parsing import IGNORED
from matebit.data.conditions.inputs import Structure
from matebit.io.images import BrokenImage


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
    classes = np.arange(config.classes, dtype=np.uint16)[:, None, None]
    return (labels == classes).view(np.uint8) * np.uint8(255)
