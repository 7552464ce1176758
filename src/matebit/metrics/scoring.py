"""Feeding metrics with images, whatever holds them; what an experiment and two folders share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import cv2
import numpy as np

from matebit.contracts.parsing import Parsing
from matebit.contracts.translated import Item
from matebit.data.extractors.registry import Extractor
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage, resize_nearest
from matebit.logs import Progress
from matebit.metrics.base import Metric, Value, with_digest
from matebit.metrics.batch import Inputs, ScoredBatch
from matebit.metrics.context import Context, JointFinder, Parser

if TYPE_CHECKING:
    import torch

    from matebit.config.conditions import ExtractorsConfig
    from matebit.config.data import ConditionsConfig
    from matebit.config.features import FeatureConfig
    from matebit.config.metrics import MetricsConfig
    from matebit.contracts.bodies import BodyPose
    from matebit.metrics.batch import Features


@dataclass(frozen=True)
class ExtractorParser:
    """Parses by an extractor; an image in which it finds nothing is background (label 0) all over."""

    extractor: Extractor[Parsing]

    @property
    def label(self) -> str:
        """The extractor and its weights."""
        return self.extractor.record.label

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Labels (S,S) uint8 of an image (S,S,3) uint8."""
        size = image.shape[0]
        side = self.extractor.side or size
        wanted = image if side == size else cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR)
        try:
            found = self.extractor(wanted, "the translated image")
        except BrokenImage:
            return np.zeros((size, size), dtype=np.uint8)
        return resize_nearest(found.labels, size)


@dataclass(frozen=True)
class ExtractorJointFinder:
    """Finds joints by an extractor; None in an image in which it finds nobody."""

    extractor: Extractor[BodyPose]

    @property
    def label(self) -> str:
        """The extractor and its weights."""
        return self.extractor.record.label

    def __call__(self, image: np.ndarray, origin: str) -> BodyPose | None:
        """The joints of an image (S,S,3) uint8, in px; `origin` names it in messages."""
        try:
            return self.extractor(image, origin)
        except BrokenImage:
            return None


def build_context(
    features: FeatureConfig,
    conditions: ConditionsConfig,
    metrics: MetricsConfig,
    threads: int,
    truth_known: bool,
    load_parser: Callable[[], Parser] | None,
    load_joint_finder: Callable[[], JointFinder] | None = None,
) -> Context:
    """What the metrics are built from, for these sections of the parameters."""
    from matebit.data.conditions.edges import extract_edges
    from matebit.features.build import build_features
    from matebit.features.location import feature_weights

    weights = feature_weights(features)
    network = build_features(features, weights)

    def features_of(images: torch.Tensor) -> Features:
        return network(images / 127.5 - 1)

    return Context(
        config=metrics,
        network=features_of,
        levels=network.levels,
        features_label=with_digest(features.label, weights),
        truth_known=truth_known,
        extract_edges=partial(extract_edges, sigma=conditions.canny_sigma),
        threads=threads,
        load_parser=load_parser,
        load_joint_finder=load_joint_finder,
    )


def extractor_parser(config: ExtractorsConfig) -> Parser:
    """The network of `conditions.extractors.parsing`, loaded, as what parses translated images."""
    from matebit.data.extractors.registry import load_one

    extractor = load_one("parsing", config)
    if extractor is None:
        raise MatebitError(
            "metrics.miou.parser: extractor needs a network to parse with; name one in "
            "conditions.extractors.parsing, or leave miou out of metrics.names"
        )
    return ExtractorParser(extractor)


def extractor_joint_finder(config: ExtractorsConfig) -> Callable[[], JointFinder] | None:
    """How to load the network of `conditions.extractors.pose`; None where none is named."""
    from matebit.data.extractors.registry import load_one

    return None if config.pose is None else lambda: ExtractorJointFinder(load_one("pose", config))


def feed(
    metrics: Iterable[Metric],
    context: Context,
    inputs: Inputs,
    batches: Sequence[Sequence[Item]],
    who: str,
) -> None:
    """Show the images of `batches` to the metrics, under a line of progress that names `who`."""
    import torch

    fed = list(metrics)
    with torch.no_grad(), Progress(f"scoring {who}", sum(map(len, batches)), "images") as bar:
        for items in batches:
            batch = ScoredBatch(items, inputs, context.network, context.truth_known)
            for metric in fed:
                metric.update(batch)
            bar.advance(len(items))


def by_count(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """Batches of `size` items in their order."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def values_of(metrics: dict[str, Metric], common: str) -> list[Value]:
    """Every value, in the order of the metrics' names; `common` ends each protocol."""
    return [
        Value(value.metric, value.value, value.n, value.features, f"{value.protocol}; {common}")
        for name in sorted(metrics)
        for value in sorted(metrics[name].values(), key=lambda value: value.metric)
    ]


def values_of_images(metrics: dict[str, Metric]) -> dict[str, dict[str, float]]:
    """Metric -> id -> value of the single images, in the order of the metrics' names and of the ids."""
    return {
        metric: {item: by_id[item] for item in sorted(by_id)}
        for name in sorted(metrics)
        for metric, by_id in sorted(metrics[name].images().items())
    }
