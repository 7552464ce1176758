"""Label maps and the sets of labels that they are written in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class LabelSet:
    """Names by label, and the colours in which label maps are shown (flat RGB)."""

    name: str
    labels: tuple[str, ...]
    palette: tuple[int, ...]


@dataclass(frozen=True)
class Parsing:
    """A picture in parts: `labels` uint8 (S,S) of `label_set`.

    `parts`, of faces only: bool (13,S,S), the masks of `faces.EDGE_PARTS`, which may overlap.
    """

    labels: np.ndarray
    label_set: LabelSet
    parts: np.ndarray | None = None
