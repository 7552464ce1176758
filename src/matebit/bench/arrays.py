"""Images made up for a measurement, served to metrics as the files of a stage would be."""

from __future__ import annotations

from dataclasses import dataclass
from zlib import crc32

import numpy as np

from matebit.contracts.translated import Item


@dataclass(frozen=True)
class DrawnInputs:
    """What the measured metrics ask of `Inputs`, without files.

    Each image is drawn from its id when it is asked for, and then forgotten.
    """

    side: int
    labels: int = 6

    def _image(self, name: str, role: int) -> np.ndarray:
        random = np.random.default_rng([role, crc32(name.encode())])
        coarse = random.integers(0, 256, (16, 16, 3)).astype(np.uint8)
        image = np.kron(coarse, np.ones((self.side // 16, self.side // 16, 1), np.uint8))
        return image ^ random.integers(0, 32, image.shape, dtype=np.uint8)

    def translated(self, item: Item) -> np.ndarray:
        """(S,S,3): blocks of colour under noise."""
        return self._image(item.id, 0)

    def real(self, item: Item) -> np.ndarray:
        """(S,S,3), of another draw."""
        return self._image(item.id, 1)

    def exemplar(self, item: Item) -> np.ndarray:
        """(S,S,3), of a third draw."""
        return self._image(item.id, 2)

    def parsing(self, item: Item) -> np.ndarray:
        """(S,S): vertical bands of labels."""
        return np.repeat((np.arange(self.side) * self.labels // self.side)[None], self.side, 0)

    def exemplar_parsing(self, item: Item) -> np.ndarray:
        """(S,S): horizontal bands."""
        return self.parsing(item).T
