"""The face-edge condition of CoCosNet and MATEBIT: 15 channels of edges and distances."""

from __future__ import annotations

import numpy as np

from matebit.config.data import ConditionsConfig
from matebit.contracts.faces import EDGE_PARTS
from matebit.data.conditions.distances import distance_map
from matebit.data.conditions.edges import boundary, canny, grey_of
from matebit.data.conditions.inputs import Structure

_HAIR = EDGE_PARTS.index("hair")


def face_edges(structure: Structure, config: ConditionsConfig) -> np.ndarray:
    """The 15 channels, uint8 (15,S,S).

    0: part borders, and Canny edges where a pixel is outside every part or in hair; 1 to 13:
    distance to the border of each of `EDGE_PARTS`, a missing part being 255; 14: part borders
    alone.
    """
    parts = structure.face_parts
    condition = np.empty((len(EDGE_PARTS) + 2, *parts.shape[1:]), dtype=np.uint8)
    borders, covered = np.zeros_like(condition[0]), np.zeros_like(condition[0])
    for channel, part in enumerate(parts.view(np.uint8), start=1):
        edge = boundary(part)
        borders |= edge
        covered |= part
        condition[channel] = distance_map(edge)
    free = (covered == 0) | parts[_HAIR]
    found = canny(grey_of(structure.image), config.canny_sigma) & free
    condition[0] = (borders | found) * np.uint8(255)
    condition[-1] = borders * np.uint8(255)
    return condition
