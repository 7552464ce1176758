"""Names of what a pixel can show: CelebAMask-HQ labels and surface parts.

`L_` and `R_` are the sitter's own left and right: the sitter's left eye (L_EYE, label 4) is seen
in the right half of the picture when the head looks straight at us, as in iBUG's 68 points.
"""

from enum import IntEnum


class Label(IntEnum):
    """The 19 labels of CelebAMask-HQ."""

    BACKGROUND = 0
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


class Part(IntEnum):
    """Surfaces that share a label but have coordinates of their own; other parts use the label."""

    BACK_HAIR = 19
    BUN = 20
    L_TAIL = 21
    R_TAIL = 22
    BEARD = 23
    L_EARRING = 24
    R_EARRING = 25
    HAT_BRIM = 26
