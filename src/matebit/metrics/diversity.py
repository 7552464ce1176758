"""Diversity: how much the results of one condition differ under several exemplars."""

from __future__ import annotations

from itertools import combinations
from typing import Self

from matebit.contracts.translated import Item
from matebit.metrics.base import Metric, Value, mean
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context
from matebit.metrics.perceptual import PerceptualDistance


class Diversity(Metric):
    """Mean over conditions of the mean pairwise distance of the results under its exemplars.

    It is fed one condition at a time: a batch holds the results of every rank of one item.
    """

    needs = frozenset({"ranks"})

    def __init__(self, distance: PerceptualDistance) -> None:
        self._distance = distance
        self._protocol = f"mean pairwise distance over the ranks of a condition; {distance.protocol}"
        self._seen: dict[str, float] = {}

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's distance."""
        return cls(context.distance)

    def update(self, batch: ScoredBatch) -> None:
        """Keep the mean pairwise distance of one condition's results."""
        pairs = list(combinations(range(len(batch.items)), 2))
        if not pairs:
            return
        one, other = ([pair[side] for pair in pairs] for side in (0, 1))
        distances = self._distance(batch.translated[one], batch.translated[other]).double().tolist()
        self._seen[batch.items[0].id] = mean(distances)

    def values(self) -> list[Value]:
        """`diversity`."""
        numbers = [self._seen[name] for name in sorted(self._seen)]
        return (
            [Value("diversity", mean(numbers), len(numbers), self._distance.label, self._protocol)]
            if numbers
            else []
        )

    def images(self) -> dict[str, dict[str, float]]:
        """Each condition's value."""
        return {"diversity": self._seen}


def by_condition(items: list[Item]) -> list[list[Item]]:
    """The items grouped by condition, in the order of their ids, ranks ascending."""
    groups: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda item: (item.id, item.rank)):
        groups.setdefault(item.id, []).append(item)
    return list(groups.values())
