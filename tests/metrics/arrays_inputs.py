"""Inputs of a batch from arrays: what unit tests feed to one metric."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from matebit.contracts.translated import Item, Matches
from matebit.metrics.batch import ScoredBatch


@dataclass
class ArrayInputs:
    """Dictionaries by id; a metric that asks for something absent fails with a KeyError."""

    images: dict[str, np.ndarray] = field(default_factory=dict)
    truths: dict[str, np.ndarray] = field(default_factory=dict)
    reals: dict[str, np.ndarray] = field(default_factory=dict)
    exemplars: dict[str, np.ndarray] = field(default_factory=dict)
    labels: dict[str, np.ndarray] = field(default_factory=dict)
    exemplar_labels: dict[str, np.ndarray] = field(default_factory=dict)
    edge_maps: dict[str, np.ndarray] = field(default_factory=dict)
    asked_joints: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    found: dict[str, Matches] = field(default_factory=dict)
    true: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def translated(self, item):
        return self.images[item.id]

    def truth(self, item):
        return self.truths[item.id]

    def real(self, item):
        return self.reals[item.id]

    def exemplar(self, item):
        return self.exemplars[item.id]

    def parsing(self, item):
        return self.labels[item.id]

    def true_parsing(self, item):
        return self.labels[item.id]

    def exemplar_parsing(self, item):
        return self.exemplar_labels[item.id]

    def edges(self, item):
        return self.edge_maps[item.id]

    def joints(self, item):
        return self.asked_joints[item.id]

    def matches(self, item):
        return self.found[item.id]

    def true_matches(self, item, grid):
        return self.true[item.id]


def items(names):
    return [Item(name, f"exemplar of {name}", 1) for name in names]


def feed(metric, inputs, names, size=100, network=None):
    """Update the metric by batches of `size`, and give its values by name."""
    for start in range(0, len(names), size):
        metric.update(ScoredBatch(items(names[start : start + size]), inputs, network))
    return {value.metric: value.value for value in metric.values()}


def random_images(names, seed, side=32):
    random = np.random.default_rng(seed)
    return {name: random.integers(0, 256, (side, side, 3), dtype=np.uint8) for name in names}
