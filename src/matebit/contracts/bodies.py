"""The labels of a clothed body."""

from __future__ import annotations

from matebit.contracts.parsing import LabelSet

LABELS = (
    "background", "hat", "hair", "glove", "sunglasses", "upper_clothes", "dress", "coat", "socks",
    "trousers", "torso_skin", "scarf", "skirt", "face", "l_arm", "r_arm", "l_leg", "r_leg", "l_shoe",
    "r_shoe", "bag", "belt",
)  # fmt: skip
"""Names by label: 0 to 19 are those of CIHP (Gong et al., 2018), in its order; bag and belt follow."""

PALETTE = (
    0, 0, 0, 128, 0, 0, 255, 0, 0, 0, 85, 0, 170, 0, 51, 255, 85, 0, 0, 0, 85, 0, 119, 221,
    85, 85, 0, 0, 85, 85, 85, 51, 0, 52, 86, 128, 0, 128, 0, 0, 0, 255, 51, 170, 221,
    0, 255, 255, 85, 255, 170, 170, 255, 85, 255, 255, 0, 255, 170, 0, 255, 0, 170, 170, 0, 255,
)  # fmt: skip
"""Colours of the labels, flat RGB: those in which CIHP's label maps are usually shown, and two more."""

LABEL_SET = LabelSet("body", LABELS, PALETTE)
