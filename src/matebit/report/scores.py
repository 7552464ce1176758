"""The measured values of every method and seed, as the metrics stage wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from matebit.contracts.measures import is_headline, read_image_values, read_values, sort_key
from matebit.pipeline.layout import Layout


@dataclass(frozen=True)
class Scores:
    """`values`: one row a method, seed and metric; `images`: one row an image more."""

    values: pd.DataFrame
    images: pd.DataFrame

    def of(self, method: str, metric: str, features: str) -> pd.DataFrame:
        """The rows of one cell, a row a seed."""
        table = self.values
        return table[
            (table["method"] == method) & (table["metric"] == metric) & (table["features"] == features)
        ]

    def by_image(self, method: str, metric: str) -> pd.Series:
        """id -> value, the mean over seeds; empty for metrics of whole sets."""
        key = (method, metric)
        return self._means[key] if key in self._means else pd.Series(dtype=float)

    @cached_property
    def shown_metrics(self) -> list[str]:
        """Headline metrics that single images have, in the order of the tables."""
        return sorted(filter(is_headline, self.images["metric"].unique()), key=sort_key)

    @cached_property
    def _means(self) -> dict[tuple[str, str], pd.Series]:
        means = self.images.groupby(["method", "metric", "id"])["value"].mean()
        return {
            (str(method), str(metric)): group.droplevel(["method", "metric"]).sort_index()
            for (method, metric), group in means.groupby(level=["method", "metric"])
        }


def read_scores(layout: Layout, scored: Iterable[tuple[str, int]]) -> Scores:
    """Read the tables of every (method, seed); a missing one is a `MatebitError` that names it."""
    values, images = [], []
    for method, seed in scored:
        folder = layout.run(method, seed).metrics
        values.append(read_values(folder))
        images.append(read_image_values(folder))
    return Scores(pd.concat(values, ignore_index=True), pd.concat(images, ignore_index=True))


def bootstrap_interval(
    numbers: np.ndarray, resamples: int, level: float, seed: int
) -> tuple[float, float] | None:
    """Percentile interval of the mean of (n,) values under resampling of the images.

    The same seed and n give the same resamples, so that methods are compared on the same draws.
    None for fewer than two values or an infinite one.
    """
    if len(numbers) < 2 or not np.isfinite(numbers).all():
        return None
    random = np.random.default_rng(seed)
    # 4 million indices at a time: 30,000 images would else need gigabytes.
    step = max(1, 4_000_000 // len(numbers))
    means = [
        numbers[random.integers(0, len(numbers), (min(step, resamples - start), len(numbers)))].mean(1)
        for start in range(0, resamples, step)
    ]
    low, high = np.quantile(np.concatenate(means), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
