"""What every extractor is, and what is recorded of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np

Found = TypeVar("Found", covariant=True)


@dataclass(frozen=True)
class Record:
    """Where an extractor's results come from: a row of `conditions/extractors.csv`.

    `weights` is the name of the file and `weights_sha256` the digest of the one that was really read.
    """

    finds: str
    extractor: str
    version: str
    weights: str
    weights_sha256: str
    licence: str

    @property
    def label(self) -> str:
        """How tables name the network and its weights."""
        return f"{self.extractor}, weights sha256 {self.weights_sha256[:12]}"


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
