"""Structure agreement by parsing: the result's labels against those of the true answer."""

from __future__ import annotations

from typing import Self

from matebit.metrics.agreement import confusion, mean_iou
from matebit.metrics.base import Metric, Value
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context, Parser


class ParsingAgreement(Metric):
    """Mean intersection over union of the labels that `parser` finds in the translated images.

    The set's value is that of all pixels together; an image's is the mean over the labels that are in its map
    or were found in it.
    """

    needs = frozenset({"parsing", "parser"})

    def __init__(self, parser: Parser) -> None:
        self._parser = parser
        self._counts = confusion([], [])
        self._images: dict[str, float] = {}

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's parser."""
        return cls(context.parser)

    def update(self, batch: ScoredBatch) -> None:
        """Count the labels of each image's pixels."""
        for item in batch.items:
            counts = confusion(self._parser(batch.inputs.translated(item)), batch.inputs.true_parsing(item))
            self._counts = self._counts + counts
            self._images[item.id] = mean_iou(counts)

    def values(self) -> list[Value]:
        """`miou`."""
        protocol = (
            "labels found in the result against those of the true answer where it is known, else those asked "
            "for; mean over labels of the intersection over union of all images' pixels"
        )
        return [Value("miou", mean_iou(self._counts), len(self._images), self._parser.label, protocol)]

    def images(self) -> dict[str, dict[str, float]]:
        """`iou`, each image's own; the set's is not their mean, so it has another name and no interval."""
        return {"iou": self._images}
