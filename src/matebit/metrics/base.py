"""The shape that all metrics share: features of a batch, running statistics, values at the end."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from matebit.io.files import sha256_of_file

if TYPE_CHECKING:
    from matebit.metrics.batch import ScoredBatch
    from matebit.metrics.context import Context

NO_FEATURES = "pixels"


def with_digest(label: str, weights: Path | None) -> str:
    """The name of features with the beginning of their file's SHA-256, where a file made them."""
    return label if weights is None else f"{label}, weights sha256 {sha256_of_file(weights)[:12]}"


@dataclass(frozen=True)
class Value:
    """One number of a table, with what is needed to repeat it."""

    metric: str
    value: float
    n: int  # images that entered
    features: str  # which features and weights made it; `pixels` if none
    protocol: str


class Metric(ABC):
    """A metric over a stream of batches. Neither their size nor their order changes the value.

    `needs` names what the dataset or the method must offer: truth, parsing, edges, matches, ranks.
    """

    needs: ClassVar[frozenset[str]] = frozenset()

    @classmethod
    def build(cls, context: Context) -> Self:
        """The metric with the settings and the shared networks of `context`."""
        return cls()

    @abstractmethod
    def update(self, batch: ScoredBatch) -> None:
        """Take the features of `batch` into the statistics."""

    @abstractmethod
    def values(self) -> list[Value]:
        """The values over everything seen."""

    def images(self) -> dict[str, dict[str, float]]:
        """Values of single images, metric -> id -> value; empty for metrics of whole sets."""
        return {}


class PerImage(Metric):
    """A metric that is the mean of a number per image.

    The mean is taken in the order of the ids and exactly rounded (`math.fsum`), so that the order
    of the batches cannot show. NaN means that the number is not defined for the image; it does not
    enter.
    """

    features_label = NO_FEATURES
    protocol = ""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, float]] = {}

    @abstractmethod
    def features(self, batch: ScoredBatch) -> dict[str, np.ndarray]:
        """Metric name -> (B,) values of the batch's images."""

    def update(self, batch: ScoredBatch) -> None:
        """Keep each image's values by its id."""
        for metric, numbers in self.features(batch).items():
            seen = self._seen.setdefault(metric, {})
            for item, number in zip(batch.items, numbers, strict=True):
                if not math.isnan(number):
                    seen[item.id] = float(number)

    def values(self) -> list[Value]:
        """Means over the images."""
        return [
            Value(
                metric,
                mean([seen[name] for name in sorted(seen)]),
                len(seen),
                self.features_label,
                self.protocol,
            )
            for metric, seen in self._seen.items()
        ]

    def images(self) -> dict[str, dict[str, float]]:
        """Each image's value."""
        return self._seen


def mean(numbers: list[float]) -> float:
    """The exactly rounded mean; NaN of nothing; infinite if one number is (PSNR, equal images)."""
    if not numbers:
        return math.nan
    return math.inf if math.inf in numbers else math.fsum(numbers) / len(numbers)
