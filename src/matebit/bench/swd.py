"""How fast SWD is: the package's against two textbook forms in numpy, on the same images and cores."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from types import SimpleNamespace
from typing import Any

import numpy as np
from scipy import ndimage

from matebit.bench.arrays import DrawnInputs
from matebit.config.metrics import SwdConfig
from matebit.contracts.translated import Item
from matebit.metrics.batch import Inputs, ScoredBatch
from matebit.metrics.patches import level_sizes, patch_places
from matebit.metrics.swd import SlicedWasserstein, directions

KERNEL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256.0

Images = dict[str, np.ndarray]  # uint8 (H,W,3) by id


def slow_pyramid(image: np.ndarray, levels: int) -> list[np.ndarray]:
    """Burt and Adelson's bands of one image (H,W,3) in double, channel by channel."""

    def filtered(pixels: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        planes = [ndimage.convolve(pixels[..., c], kernel, mode="mirror") for c in range(3)]
        return np.stack(planes, axis=-1)

    image = image.astype(np.float64)
    bands = []
    for _ in range(levels - 1):
        small = filtered(image, KERNEL)[::2, ::2]
        spread = np.zeros_like(image)
        spread[::2, ::2] = small
        bands.append(image - filtered(spread, 4 * KERNEL))
        image = small
    return [*bands, image]


def _looped_patches(images: Images, sizes: list[int], config: SwdConfig) -> list[np.ndarray]:
    """(patches, 3*p*p) of every level, each channel normalised over the set."""
    found: list[list[np.ndarray]] = [[] for _ in sizes]
    for name in sorted(images):
        for level, band in enumerate(slow_pyramid(images[name], len(sizes))):
            shape = (band.shape[0], band.shape[1])
            for y, x in patch_places(name, shape, config.patch, config.patches, config.seed):
                found[level].append(band[y : y + config.patch, x : x + config.patch].transpose(2, 0, 1))
    sets = []
    for kept in found:
        patches = np.array(kept)
        patches -= patches.mean(axis=(0, 2, 3), keepdims=True)
        patches /= patches.std(axis=(0, 2, 3), keepdims=True)
        sets.append(patches.reshape(len(patches), -1))
    return sets


def looped_swd(one: Images, other: Images, config: SwdConfig) -> list[float]:
    """SWD x1000, mean and levels, loop by loop."""
    sizes = level_sizes(next(iter(one.values())).shape[0], config.smallest)
    along = directions(3 * config.patch**2, config)
    sets = [_looped_patches(images, sizes, config) for images in (one, other)]
    levels = []
    for first, second in zip(*sets, strict=True):
        gaps = [np.abs(np.sort(first @ d) - np.sort(second @ d)).mean() for d in along]
        levels.append(1000 * float(np.mean(gaps)))
    return [float(np.mean(levels)), *levels]


def _whole_patches(images: Images, sizes: list[int], config: SwdConfig) -> list[np.ndarray]:
    names = sorted(images)
    image = np.stack([images[name] for name in names]).astype(np.float32)
    kernel = KERNEL.astype(np.float32)[None, :, :, None]
    reach = np.arange(config.patch)
    sets = []
    for level, size in enumerate(sizes):
        band, small = image, image
        if level < len(sizes) - 1:
            small = ndimage.convolve(image, kernel, mode="mirror")[:, ::2, ::2]
            spread = np.zeros_like(image)
            spread[:, ::2, ::2] = small
            band = image - ndimage.convolve(spread, 4 * kernel, mode="mirror")
        places = np.stack(
            [patch_places(name, (size, size), config.patch, config.patches, config.seed) for name in names]
        )
        which = np.arange(len(names))[:, None, None, None]
        rows, columns = (places[..., axis, None] + reach for axis in (0, 1))
        patches = band[which, rows[..., :, None], columns[..., None, :]].reshape(-1, config.patch**2, 3)
        patches = (patches - patches.mean((0, 1))) / patches.std((0, 1))
        sets.append(patches.transpose(0, 2, 1).reshape(len(patches), -1))
        image = small
    return sets


def whole_array_swd(one: Images, other: Images, config: SwdConfig) -> list[float]:
    """SWD x1000, mean and levels: all images, patches and a repeat's directions at once, float32."""
    sizes = level_sizes(next(iter(one.values())).shape[0], config.smallest)
    along = directions(3 * config.patch**2, config)
    sets = [_whole_patches(images, sizes, config) for images in (one, other)]
    levels = []
    for first, second in zip(*sets, strict=True):
        repeats = []
        for drawn in np.split(along.T, config.repeats, axis=1):
            gaps = np.abs(np.sort(first @ drawn, axis=0) - np.sort(second @ drawn, axis=0))
            repeats.append(gaps.mean(dtype=np.float64))
        levels.append(1000 * float(np.mean(repeats)))
    return [float(np.mean(levels)), *levels]


@dataclass(frozen=True)
class Timing:
    """One way to the number: wall-clock seconds, seconds of all cores together, and the number.

    On a machine that does other work, only the second compares.
    """

    name: str
    seconds: float
    cpu_seconds: float
    swd: float


def package_swd(inputs: Inputs, items: list[Item], config: SwdConfig, threads: int) -> list[float]:
    """Mean and levels by the metric itself."""
    metric = SlicedWasserstein(config, threads)
    for start in range(0, len(items), 16):
        metric.update(ScoredBatch(items[start : start + 16], inputs))
    return [value.value for value in metric.values()]


def run(images: int, side: int, threads: int) -> list[Timing]:
    """The package's way, then loops, then whole arrays.

    Drawing the images is not timed, nor a first round of two images each, which loads libraries.
    """
    import torch

    torch.set_num_threads(threads)
    config, drawn = SwdConfig(), DrawnInputs(side)
    items = [Item(f"{number:06}", "", 1) for number in range(images)]
    one = {item.id: drawn.translated(item) for item in items}
    other = {item.id: drawn.real(item) for item in items}

    def first(images: Images, count: int) -> Images:
        return dict(islice(images.items(), count))

    kept: Any = SimpleNamespace(translated=lambda item: one[item.id], real=lambda item: other[item.id])
    ways: dict[str, Callable[[int], list[float]]] = {
        "matebit": lambda count: package_swd(kept, items[:count], config, threads),
        "numpy, loops (float64)": lambda count: looped_swd(first(one, count), first(other, count), config),
        "numpy, whole arrays (float32)": lambda count: whole_array_swd(
            first(one, count), first(other, count), config
        ),
    }
    timings = []
    for name, way in ways.items():
        way(2)
        began, cpu_began = time.perf_counter(), time.process_time()
        values = way(images)
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu_began
        timings.append(Timing(name, wall, cpu, values[0]))
    return timings
