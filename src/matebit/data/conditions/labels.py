"""The condition of any label map: one channel a class."""

from __future__ import annotations

import numpy as np

from matebit.config.data import ConditionsConfig
from matebit.data.conditions.inputs import Structure
from matebit.io.images import BrokenImage


def one_hot_labels(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """The classes one-hot, uint8 (`conditions.classes`,S,S), 0 or 255.

    Raises `BrokenImage` for a label that is no class.
    """
    labels = structure.parsing.labels
    if labels.max(initial=0) >= config.classes:
        raise BrokenImage(
            f"the label map of {structure.origin} holds the label {labels.max()}, but conditions.classes: "
            f"{config.classes} allows 0 to {config.classes - 1}"
        )
    classes = np.arange(config.classes, dtype=np.uint16)[:, None, None]
    return (labels == classes).view(np.uint8) * np.uint8(255)
