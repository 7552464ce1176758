"""The parsing condition: one channel a label."""

from __future__ import annotations

import numpy as np

from matebit.data.conditions.inputs import Structure
from matebit.data.config import ConditionsConfig
from matebit.data.faces import LABELS


def one_hot_parsing(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """The 19 labels one-hot, uint8 (19,S,S), 0 or 255."""
    labels = np.arange(len(LABELS), dtype=np.uint8)[:, None, None]
    return (structure.parsing.labels == labels).view(np.uint8) * np.uint8(255)
