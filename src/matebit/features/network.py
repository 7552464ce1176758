"""What losses, metrics and pairing ask of a perceptual network, whichever it is."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from torch import Tensor


class PerceptualNetwork(Protocol):
    """A frozen network with five named levels, fine to coarse, which mean the same in every network.

    The first sees little but colour, the second strokes and grain; the last three stand at a quarter, an
    eighth and a sixteenth of the image's side and see what is shown.
    """

    @property
    def levels(self) -> tuple[str, ...]:
        """The names of the five levels."""

    def __call__(self, image: Tensor, levels: Collection[str] | None = None) -> dict[str, Tensor]:
        """Features (B,C,h,w) by level (None: all), fine to coarse, of `image` (B,3,H,W), RGB in [-1,1]."""
