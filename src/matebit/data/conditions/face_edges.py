"""The face-edge condition of CoCosNet and MATEBIT: 15 channels of edges and distances."""

from __future__ import annotations

import cv2
import numpy as np

from matebit.data.conditions.canny import canny
from matebit.data.conditions.edges import boundaries, grey_of
from matebit.data.conditions.inputs import Structure
from matebit.data.config import ConditionsConfig
from matebit.data.faces import EDGE_PARTS

_HAIR = EDGE_PARTS.index("hair")


def distance_map(edge: np.ndarray) -> np.ndarray:
    """A third of the city-block distance to the nearest edge, uint8 (H,W), cut off at 255.

    `edge` is bool (H,W); with no edge at all every pixel is 255.
    """
    if not edge.any():
        return np.full(edge.shape, 255, dtype=np.uint8)
    distance = cv2.distanceTransform(np.logical_not(edge).view(np.uint8), cv2.DIST_L1, 3)
    distance /= 3
    return np.minimum(distance, 255, out=distance).astype(np.uint8)


def face_edges(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """The 15 channels, uint8 (15,S,S).

    0: part borders, and Canny edges where a pixel is outside every part or in hair; 1 to 13:
    distance to the border of each of `EDGE_PARTS`, a missing part being 255; 14: part borders
    alone.
    """
    parts = structure.parsing.parts
    borders = boundaries(parts)
    all_borders = borders.any(axis=0)
    free = ~parts.any(axis=0) | parts[_HAIR]
    found = canny(grey_of(structure.image), config.canny_sigma) & free
    condition = np.empty((len(EDGE_PARTS) + 2, *all_borders.shape), dtype=np.uint8)
    np.multiply(all_borders | found, 255, out=condition[0], casting="unsafe")
    for channel, edge in enumerate(borders, start=1):
        condition[channel] = distance_map(edge)
    np.multiply(all_borders, 255, out=condition[-1], casting="unsafe")
    return condition
