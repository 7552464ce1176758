"""The parsing condition: one channel a label."""

from __future__ import annotations

import numpy as np

from matebit.config.data import ConditionsConfig
from matebit.data.conditions.inputs import Structure


def one_hot_parsing(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """The labels one-hot, uint8 (L,S,S), 0 or 255: L is 19 for faces, 22 for bodies."""
    parsing = structure.parsing
    labels = np.arange(len(parsing.label_set.labels), dtype=np.uint8)[:, None, None]
    return (parsing.labels == labels).view(np.uint8) * np.uint8(255)
