"""What every extractor is."""

from __future__ import annotations

from typing import Protocol, TypeVar

import numpy as np

from matebit.contracts.structure import Record

Found = TypeVar("Found", covariant=True)


class Extractor(Protocol[Found]):
    """Finds one thing in one image, always the same in the same image."""

    record: Record

    side: int | None
    """Side in px of the picture that it wants; None: that of the condition."""

    def __call__(self, image: np.ndarray, origin: str) -> Found:
        """What is found in uint8 (S,S,3) RGB; `origin` names the image in messages.

        Raises `BrokenImage` where there is nothing of the kind.
        """
        ...
