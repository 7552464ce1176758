"""Cost: what the method needs on any machine, as the translate stage counted it."""

from __future__ import annotations

from matebit.metrics.base import NO_FEATURES, Metric, Value
from matebit.metrics.batch import ScoredBatch

UNITS = {"parameters": 1e6, "flops": 1e9, "training_images": 1e3}


class Cost(Metric):
    """Parameters (millions), operations of one image (1e9), training images (thousands)."""

    needs = frozenset({"cost"})
    protocol = (
        "translation network without discriminator; operations of one image of the trained size by torch's "
        "counter, two for a multiply and add of convolutions and matrix products"
    )

    def __init__(self) -> None:
        self._counted: dict[str, int] = {}
        self._images = 0

    def update(self, batch: ScoredBatch) -> None:
        """Read what was counted; the images themselves have no part in it."""
        self._counted = batch.inputs.cost()
        self._images += len(batch.items)

    def values(self) -> list[Value]:
        """`parameters`, `flops`, `training_images`."""
        return [
            Value(name, number / UNITS[name], self._images, NO_FEATURES, self.protocol)
            for name, number in self._counted.items()
        ]
