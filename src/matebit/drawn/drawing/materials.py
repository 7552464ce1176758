"""What a surface is made of, how it is lit and painted, and how near to us it lies."""

from collections.abc import Iterable
from enum import IntEnum

import numpy as np


class Material(IntEnum):
    """Materials; the first 19 are the labels of CelebAMask-HQ, so a face's label is its material."""

    NOTHING = 0
    SKIN = 1
    NOSE = 2
    EYE_G = 3
    L_EYE = 4
    R_EYE = 5
    L_BROW = 6
    R_BROW = 7
    L_EAR = 8
    R_EAR = 9
    MOUTH = 10
    U_LIP = 11
    L_LIP = 12
    HAIR = 13
    HAT = 14
    EAR_R = 15
    NECK_L = 16
    NECK = 17
    CLOTH = 18
    LOWER = 19  # trousers and skirts
    OUTER = 20  # coats and jackets
    SHOE = 21
    BAG = 22
    BELT = 23
    STOOL = 24


def made_of(material: np.ndarray, some: Iterable[int]) -> np.ndarray:
    """Which points of uint8 materials are made of one of `some`, bool of the same shape."""
    table = np.zeros(len(Material), bool)
    table[list(some)] = True
    return table[material]


class Detail(IntEnum):
    """What is painted inside a label; details have no label of their own."""

    NONE = 0
    SCLERA = 1
    IRIS = 2
    PUPIL = 3
    GLINT = 4
    LASH = 5
    NOSTRIL = 6
    TEETH = 7
    TRIM = 8
    LENS = 9


class Rank(IntEnum):
    """How near a layer is to us; a nearer layer casts a soft shadow on a farther one."""

    BACKGROUND = 0
    BEHIND = 1
    NECK = 2
    BODY = 3
    HEAD = 4
    FRONT = 5
    TOP = 6
