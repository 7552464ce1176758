"""Surfaces of a clothed body that share a label but have coordinates of their own.

Parts 1 to 26 are those of the portraits (`portraits.labels`): heads are drawn by the same code. As
there, `L_` and `R_` are the body's own left and right, and the left arm of a body that faces us is
seen in the right half of the picture.
"""

from enum import IntEnum


class Part(IntEnum):
    """Surfaces below the head; (u, v) are in half head heights of a body of middle size."""

    NECK = 32
    TORSO = 33
    L_ARM = 34
    R_ARM = 35
    L_HAND = 36
    R_HAND = 37
    L_LEG = 38
    R_LEG = 39
    L_FOOT = 40
    R_FOOT = 41
    SKIRT = 42
    FLAPS = 43  # of a coat, below the hips
    STRAP = 44
    BAG = 45


NEAR = 0.3
"""Largest distance in (u, v) of a part at which two pixels still show the same point.

A pixel of a 64 px figure is 0.2 to 0.3 half head heights."""
