"""The labels of CelebAMask-HQ, and the parts of a face whose edges make a condition."""

from __future__ import annotations

import numpy as np

from matebit.contracts.parsing import LabelSet, Parsing

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

PALETTE = (
    0, 0, 0, 204, 0, 0, 76, 153, 0, 204, 204, 0, 51, 51, 255, 204, 0, 204, 0, 255, 255,
    255, 204, 204, 102, 51, 0, 255, 0, 0, 102, 204, 0, 255, 255, 0, 0, 0, 153, 0, 0, 204,
    255, 51, 153, 0, 204, 204, 0, 51, 0, 255, 153, 51, 0, 204, 0,
)  # fmt: skip
"""Colours of the labels, flat RGB, as CelebAMask-HQ shows them."""

# The skin mask of CelebAMask-HQ covers the features that lie on it; a label map shows them instead.
_ON_SKIN = (
    "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "mouth", "u_lip", "l_lip",
)  # fmt: skip


LABEL_SET = LabelSet("face", LABELS, PALETTE)


def parsing_of_labels(labels: np.ndarray) -> Parsing:
    """Part masks of a label map; skin takes the features on it, as the official masks do."""
    parts = np.stack([labels == LABELS.index(part) for part in EDGE_PARTS])
    on_skin = np.zeros(256, dtype=bool)
    on_skin[[LABELS.index(part) for part in _ON_SKIN]] = True
    parts[EDGE_PARTS.index("skin")] = on_skin[labels]
    return Parsing(labels, LABEL_SET, parts)


def parsing_of_masks(masks: dict[str, np.ndarray], size: int) -> Parsing:
    """Merge bool (size,size) masks by part name in the official order; a part may be absent."""
    # Later labels are larger numbers: to cover is to take the larger.
    labels = np.zeros((size, size), dtype=np.uint8)
    for label, part in enumerate(LABELS):
        if part in masks:
            np.maximum(labels, masks[part].view(np.uint8) * np.uint8(label), out=labels)
    return Parsing(labels, LABEL_SET, edge_parts_of(masks, size))


def edge_parts_of(masks: dict[str, np.ndarray], size: int) -> np.ndarray:
    """The masks of `EDGE_PARTS`, bool (13,size,size), from those by part name; an absent part is empty."""
    parts = np.zeros((len(EDGE_PARTS), size, size), dtype=bool)
    for plane, part in zip(parts, EDGE_PARTS, strict=True):
        if part in masks:
            plane[:] = masks[part]
    return parts
