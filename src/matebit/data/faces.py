"""Label maps; the labels of CelebAMask-HQ, and the parts of a face whose edges make a condition."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

LABELS = (
    "background", "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear", "r_ear",
    "mouth", "u_lip", "l_lip", "hair", "hat", "ear_r", "neck_l", "neck", "cloth",
)  # fmt: skip
"""Names by label. Merging part masks in this order, a later one covers an earlier one."""

EDGE_PARTS = (
    "skin", "l_brow", "r_brow", "l_eye", "r_eye", "l_ear", "r_ear", "nose", "u_lip", "mouth",
    "l_lip", "eye_g", "hair",
)  # fmt: skip
"""The parts of channels 1 to 13 of the face-edge condition, in their order."""

PALETTE = [
    0, 0, 0, 204, 0, 0, 76, 153, 0, 204, 204, 0, 51, 51, 255, 204, 0, 204, 0, 255, 255,
    255, 204, 204, 102, 51, 0, 255, 0, 0, 102, 204, 0, 255, 255, 0, 0, 0, 153, 0, 0, 204,
    255, 51, 153, 0, 204, 204, 0, 51, 0, 255, 153, 51, 0, 204, 0,
]  # fmt: skip
"""Colours of the labels, flat RGB: as CelebAMask-HQ shows them; other classes go round the hues."""

for _label in range(len(LABELS), 256):
    # A golden section of the circle from label to label: neighbours never look alike.
    _hue, _light = _label * 0.618034 % 1, 0.35 + 0.1 * (_label % 4)
    PALETTE += [round(255 * share) for share in colorsys.hls_to_rgb(_hue, _light, 0.7)]

# The skin mask of CelebAMask-HQ covers the features that lie on it; a label map shows them instead.
_ON_SKIN = (
    "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "mouth", "u_lip", "l_lip",
)  # fmt: skip


@dataclass(frozen=True)
class LabelMap:
    """Classes of any scene: `labels` uint8 (S,S), 0 standing for background."""

    labels: np.ndarray


@dataclass(frozen=True)
class FaceParsing(LabelMap):
    """A face in parts: `labels` uint8 (S,S) of `LABELS`, `parts` bool (13,S,S) of `EDGE_PARTS`."""

    parts: np.ndarray


def parsing_of_labels(labels: np.ndarray) -> FaceParsing:
    """Part masks of a label map; skin takes the features on it, as the official masks do."""
    parts = np.stack([labels == LABELS.index(part) for part in EDGE_PARTS])
    on_skin = np.zeros(256, dtype=bool)
    on_skin[[LABELS.index(part) for part in _ON_SKIN]] = True
    parts[EDGE_PARTS.index("skin")] = on_skin[labels]
    return FaceParsing(labels, parts)


def parsing_of_masks(masks: dict[str, np.ndarray], size: int) -> FaceParsing:
    """Merge bool (size,size) masks by part name in the official order; a part may be absent."""
    labels = np.zeros((size, size), dtype=np.uint8)
    for label, part in enumerate(LABELS):
        if part in masks:
            labels[masks[part]] = label
    absent = np.zeros((size, size), dtype=bool)
    return FaceParsing(labels, np.stack([masks.get(part, absent) for part in EDGE_PARTS]))
