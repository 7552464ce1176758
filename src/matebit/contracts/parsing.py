"""Label maps and the sets of labels that they are written in."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

IGNORED = 255
"""Label of pixels that have no class: no channel shows them, nothing that goes by label counts them."""


@dataclass(frozen=True)
class LabelSet:
    """Names by label, and the colours in which label maps are shown (flat RGB)."""

    name: str
    labels: tuple[str, ...]
    palette: tuple[int, ...]


@dataclass(frozen=True)
class Parsing:
    """A picture in parts: `labels` uint8 (S,S) of `label_set`, or `IGNORED`.

    `parts`, of faces only: bool (13,S,S), the masks of `faces.EDGE_PARTS`, which may overlap.
    """

    labels: np.ndarray
    label_set: LabelSet
    parts: np.ndarray | None = None


def _palette_of_classes() -> tuple[int, ...]:
    """Black, then 254 colours a golden section of the hues apart, neighbours never alike; white for none."""
    colours = [0, 0, 0]
    for label in range(1, IGNORED):
        hue, light = label * 0.618034 % 1, 0.35 + 0.1 * (label % 4)
        colours += [round(255 * share) for share in colorsys.hls_to_rgb(hue, light, 0.7)]
    return (*colours, 255, 255, 255)


CLASSES = LabelSet("classes", tuple(str(label) for label in range(IGNORED)), _palette_of_classes())
"""Whatever the label maps of a folder mean; 0 stands for background."""
