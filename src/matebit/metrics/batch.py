"""What a metric sees of some test items, each read or computed once, at the first asking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from matebit.contracts.translated import Item, Matches

if TYPE_CHECKING:
    import torch

T = TypeVar("T")
Features = dict[str, "torch.Tensor"]
# Maps (B,3,H,W) uint8 to features by level; torch is not imported for the annotation.
Network = Callable[["torch.Tensor"], Features]


class Inputs(Protocol):
    """Where a batch gets its images from: files of the stages, or arrays of a test. All uint8.

    Images are (H,W,3) RGB, planes (H,W).
    """

    def translated(self, item: Item) -> np.ndarray:
        """The image to be scored."""

    def truth(self, item: Item) -> np.ndarray:
        """The true answer for the condition and the exemplar."""

    def real(self, item: Item) -> np.ndarray:
        """The test image that the condition was taken from."""

    def exemplar(self, item: Item) -> np.ndarray:
        """The exemplar."""

    def parsing(self, item: Item) -> np.ndarray:
        """The asked parsing map: labels."""

    def true_parsing(self, item: Item) -> np.ndarray:
        """The parsing map of the true answer where that is known, else the asked one: labels."""

    def exemplar_parsing(self, item: Item) -> np.ndarray:
        """The exemplar's own parsing map."""

    def edges(self, item: Item) -> np.ndarray:
        """The asked edges, 0 or 255."""

    def joints(self, item: Item) -> tuple[np.ndarray, np.ndarray]:
        """The asked joints (18,2), x and y as parts of width and height, and which there are (18,)."""

    def matches(self, item: Item) -> Matches:
        """What the method matched."""

    def true_matches(self, item: Item, grid: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """True (x, y) in [0,1] of the cells (h,w,2), and which cells have one (h,w)."""

    def cost(self) -> dict[str, int]:
        """Parameters, operations and training images of the method."""


class ScoredBatch:
    """Test items whose images are read, and features computed, once, when first asked for."""

    def __init__(
        self,
        items: Sequence[Item],
        inputs: Inputs,
        network: Network | None = None,
        truth_known: bool = True,
    ) -> None:
        self.items, self.inputs, self.truth_known = list(items), inputs, truth_known
        self._network = network
        self._kept: dict[str, Any] = {}

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What `make` gave at the first asking: several metrics share one computation."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def _images(self, read: Callable[[Item], np.ndarray]) -> torch.Tensor:
        import torch

        pixels = np.stack([read(item) for item in self.items])
        return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))

    @cached_property
    def translated(self) -> torch.Tensor:
        """(B,3,H,W) uint8, the images to be scored."""
        return self._images(self.inputs.translated)

    @cached_property
    def truth(self) -> torch.Tensor:
        """(B,3,H,W) uint8, the true answers."""
        return self._images(self.inputs.truth)

    @cached_property
    def real(self) -> torch.Tensor:
        """(B,3,H,W) uint8, the test images that the conditions come from."""
        return self._images(self.inputs.real)

    @cached_property
    def exemplar(self) -> torch.Tensor:
        """(B,3,H,W) uint8, the exemplars."""
        return self._images(self.inputs.exemplar)

    @property
    def ground_truth(self) -> torch.Tensor:
        """The true answers where known, else the real test images, as the field does."""
        return self.truth if self.truth_known else self.real

    def features(self, role: str) -> Features:
        """Perceptual features of the images called `role`: translated, exemplar or ground_truth."""
        if self._network is None:
            raise TypeError("this batch was made without a feature network")
        network = self._network
        return self.once(f"features {role}", lambda: network(getattr(self, role)))
