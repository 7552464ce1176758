"""The sliced Wasserstein distance as a textbook writes it (Karras et al. 2018, section 5), in numpy.

Two forms of one definition, against which the package's own is measured and tested: loops over
images, patches and directions in double, and the whole-array form in single precision, with its
dense 5 x 5 filter and its sort along the first axis. Places and directions are the metric's own, so
that all three give one number.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from matebit.config.metrics import SwdConfig
from matebit.metrics.patches import patch_places
from matebit.metrics.pyramid import level_sizes
from matebit.metrics.swd import directions

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
