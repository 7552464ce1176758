"""Sliced Wasserstein distance of Laplacian-pyramid patches (Karras et al. 2018, section 5)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Self

import cv2
import numpy as np

from matebit.config.metrics import SwdConfig
from matebit.errors import MatebitError
from matebit.metrics.base import NO_FEATURES, Metric, Value
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.context import Context
from matebit.metrics.patches import PatchSet, laplacian_pyramid, level_sizes, patch_pixels, patch_places

_PROJECTION_BYTES = 5e8  # of the projections that are held at once; those before may live on beside them
_DIRECTIONS_AT_ONCE = 256  # few would waste the matrix product
_SORTED_AT_ONCE = 131_072  # projections, so that they stay in the processor's cache
_STEPS = 65_535


def directions(width: int, config: SwdConfig) -> np.ndarray:
    """(repeats*directions, width) float32 unit vectors, the same for every level and set."""
    random = np.random.default_rng([config.seed, width])
    drawn = random.standard_normal((config.repeats * config.directions, width))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def sorted_distances(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(D,) mean |difference| of the rows of two (D,n) float32 arrays, each sorted; both are written over.

    A row is rounded to 65,536 steps over the range of both, whose sorting by radix takes a tenth of the
    time that numbers of single precision take. The steps are some 2e-4 deviations of a projection, and
    errors of many values cancel: with thousands of patches the mean moves by less than 1e-5 of itself.
    """
    low = np.minimum(one.min(axis=1), other.min(axis=1))[:, None]
    step = (np.maximum(one.max(axis=1), other.max(axis=1))[:, None] - low) / _STEPS
    per_value = np.divide(1, step, out=np.zeros_like(step), where=step > 0)
    ranked = []
    for rows in (one, other):
        rows -= low
        rows *= per_value
        # The largest may come out above the last step by a rounding, which half a step absorbs; 65,535.5
        # itself has no room in 16 bits once it is rounded up.
        rows += 0.5
        whole = np.minimum(rows, _STEPS, out=rows).astype(np.uint16)
        whole.sort(axis=1, kind="stable")  # numpy's radix sort
        ranked.append(whole)
    gaps = np.maximum(*ranked) - np.minimum(*ranked)
    return step[:, 0].astype(np.float64) * gaps.mean(axis=1, dtype=np.float64)


def sliced_distance(one: PatchSet, other: PatchSet, along: np.ndarray, threads: int = 1) -> float:
    """Mean |difference| of two equally large sets' sorted projections, over all directions.

    Sorting is shared out to `threads`; their number does not change the value.
    """
    if len(one) != len(other):
        raise MatebitError(f"swd needs two sets of one size, not {len(one)} and {len(other)} patches")
    held = int(np.clip(_PROJECTION_BYTES / (4 * 2 * max(1, len(one))), 1, _DIRECTIONS_AT_ONCE))
    rows_at_once = max(1, _SORTED_AT_ONCE // max(1, len(one)))
    distances: list[np.ndarray] = []
    with ThreadPoolExecutor(threads) as pool:
        for start in range(0, len(along), held):
            both = [patches.projections(along[start : start + held]) for patches in (one, other)]
            cuts = range(0, len(both[0]), rows_at_once)
            parts = ([rows[cut : cut + rows_at_once] for cut in cuts] for rows in both)
            distances += pool.map(sorted_distances, *parts)
    return float(np.concatenate(distances).mean())


class SlicedWasserstein(Metric):
    """SWD x1000 of the translated images to the real test images: each level, and their mean."""

    def __init__(self, config: SwdConfig, threads: int = 1) -> None:
        self._config, self._threads = config, threads
        self._sets: dict[str, list[PatchSet]] = {"translated": [], "real": []}  # by level
        self._sizes: list[int] = []
        self._images = 0

    @classmethod
    def build(cls, context: Context) -> Self:
        """With the context's settings."""
        return cls(context.config.swd, context.threads)

    @property
    def protocol(self) -> str:
        """How the number was made."""
        c = self._config
        return (
            f"Laplacian levels {', '.join(map(str, self._sizes))} px, {c.patches} patches of "
            f"{c.patch} px an image at places drawn by id, {c.repeats} x {c.directions} "
            f"directions, seed {c.seed}; against {self._images} real test images"
        )

    def update(self, batch: ScoredBatch) -> None:
        """Keep the patches of both sets."""
        names = [item.id for item in batch.items]
        self._images += len(names)
        images = [getattr(batch, role).numpy() for role in self._sets]
        self._sizes = level_sizes(min(images[0].shape[2:]), self._config.smallest)
        for sets in self._sets.values():
            sets += [PatchSet(3, self._config.patch) for _ in self._sizes[len(sets) :]]
        with ThreadPoolExecutor(self._threads) as pool:
            for found in pool.map(self._patches, names, *images):
                for sets, levels in zip(self._sets.values(), found, strict=True):
                    for kept, patches in zip(sets, levels, strict=True):
                        kept.add(patches)

    def _patches(self, name: str, *sets: np.ndarray) -> list[list[np.ndarray]]:
        """Each level's patches (patches, 3*p*p) of one item's images (3,H,W) uint8, those of every set."""
        c = self._config
        pyramids = [
            laplacian_pyramid(cv2.merge(list(planes)).astype(np.float32), len(self._sizes)) for planes in sets
        ]
        found: list[list[np.ndarray]] = [[] for _ in sets]
        for bands in zip(*pyramids, strict=True):
            shape = bands[0].shape
            places = patch_places(name, shape[:2], c.patch, c.patches, c.seed)
            pixels = patch_pixels(places, shape, c.patch)
            for patches, band in zip(found, bands, strict=True):
                patches.append(band.reshape(-1)[pixels])
        return found

    def values(self) -> list[Value]:
        """`swd` (mean over levels) and `swd/SIDE` of each level."""
        if not self._images:
            return []
        along = directions(3 * self._config.patch**2, self._config)
        levels = {
            size: 1000
            * sliced_distance(
                self._sets["translated"][level], self._sets["real"][level], along, self._threads
            )
            for level, size in enumerate(self._sizes)
        }
        named = {"swd": sum(levels.values()) / len(levels)}
        named |= {f"swd/{size}": distance for size, distance in levels.items()}
        return [Value(name, value, self._images, NO_FEATURES, self.protocol) for name, value in named.items()]
