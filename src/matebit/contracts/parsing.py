"""Label maps and the sets of labels that they are written in."""

from __future__ import annotations

import colorsys
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


def _palette_of_classes() -> tuple[int, ...]:
    """Black, then 255 colours a golden section of the hues apart: neighbours never look alike."""
    colours = [0, 0, 0]
    for label in range(1, 256):
        hue, light = label * 0.618034 % 1, 0.35 + 0.1 * (label % 4)
        colours += [round(255 * share) for share in colorsys.hls_to_rgb(hue, light, 0.7)]
    return tuple(colours)


CLASSES = LabelSet("classes", tuple(str(label) for label in range(256)), _palette_of_classes())
"""Whatever the label maps of a folder mean; 0 stands for background."""
