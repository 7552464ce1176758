"""What an extractor may look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from matebit.data.faces import FaceParsing
from matebit.io.images import BrokenImage


@dataclass(frozen=True)
class Structure:
    """One image on the way to its condition.

    `origin` names it in messages; `image`: uint8 (S,S,3) RGB, resized bilinearly; `known_parsing`:
    its labels and parts, where the source has them.
    """

    origin: str
    image: np.ndarray
    known_parsing: FaceParsing | None

    @property
    def parsing(self) -> FaceParsing:
        """Labels and parts. Raises `BrokenImage` where they are not known."""
        if self.known_parsing is None:
            raise BrokenImage(
                f"{self.origin} has no parsing map, which this condition needs; choose another "
                "conditions.kind or add label maps"
            )
        return self.known_parsing
