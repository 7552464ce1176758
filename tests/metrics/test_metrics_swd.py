"""SWD against a slow textbook numpy version, and its controls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from arrays_inputs import ArrayInputs, feed, random_images
from scipy import ndimage

from matebit.errors import MatebitError
from matebit.metrics.config import SwdConfig
from matebit.metrics.patches import PatchSet, patch_places
from matebit.metrics.pyramid import laplacian_pyramid, level_sizes
from matebit.metrics.swd import SlicedWasserstein, directions, sliced_distance

CONFIG = SwdConfig(patches=12, directions=24, repeats=2)
_KERNEL = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256.0


def _slow_pyramid(image, levels):
    """Burt and Adelson in double, (H,W,3)."""
    bands = []
    for _ in range(levels - 1):
        blurred = np.stack(
            [ndimage.convolve(image[..., c], _KERNEL, mode="mirror") for c in range(3)], axis=-1
        )
        small = blurred[::2, ::2]
        spread = np.zeros_like(image)
        spread[::2, ::2] = small
        back = np.stack(
            [ndimage.convolve(spread[..., c], 4 * _KERNEL, mode="mirror") for c in range(3)],
            axis=-1,
        )
        bands.append(image - back)
        image = small
    return [*bands, image]


def _slow_swd(one, other, config):
    """Karras et al.

    2018, section 5, loop by loop; the patch places and directions are the metric's own.
    """
    names = sorted(one)
    side = one[names[0]].shape[0]
    sizes = level_sizes(side, config.smallest)
    along = directions(3 * config.patch**2, config)
    distances = []
    for level, size in enumerate(sizes):
        sets = []
        for images in (one, other):
            patches = []
            for name in names:
                band = _slow_pyramid(images[name].astype(float), len(sizes))[level]
                for y, x in patch_places(name, (size, size), config.patch, config.patches, config.seed):
                    patches.append(band[y : y + config.patch, x : x + config.patch].transpose(2, 0, 1))
            patches = np.array(patches)
            patches -= patches.mean(axis=(0, 2, 3), keepdims=True)
            patches /= patches.std(axis=(0, 2, 3), keepdims=True)
            sets.append(patches.reshape(len(patches), -1))
        gaps = [
            np.abs(np.sort(sets[0] @ direction) - np.sort(sets[1] @ direction)).mean() for direction in along
        ]
        distances.append(1000 * np.mean(gaps))
    return [np.mean(distances), *distances]


def _values(one, other, size=100, names=None):
    names = names or sorted(one)
    return feed(SlicedWasserstein(CONFIG), ArrayInputs(one, reals=other), names, size)


@pytest.fixture
def two_sets():
    names = list("abcdef")
    one = {name: ndimage.uniform_filter(image, (5, 5, 1)) for name, image in random_images(names, 0).items()}
    return one, random_images(names, 1)


def test_pyramid_is_the_textbook_one():
    image = random_images("a", 2)["a"].astype(float)
    bands = laplacian_pyramid(torch.from_numpy(image.transpose(2, 0, 1)[None]), 2)
    for band, slow in zip(bands, _slow_pyramid(image, 2), strict=True):
        np.testing.assert_allclose(band[0].numpy().transpose(1, 2, 0), slow, atol=1e-9)
    assert level_sizes(256, 16) == [256, 128, 64, 32, 16]
    with pytest.raises(MatebitError, match="cannot be halved"):
        laplacian_pyramid(torch.zeros(1, 3, 36, 34), 3)


def test_swd_is_the_textbook_one(two_sets):
    values = _values(*two_sets)
    slow = _slow_swd(*two_sets, CONFIG)
    assert [values["swd"], values["swd/32"], values["swd/16"]] == pytest.approx(slow, rel=1e-4)


def test_controls(two_sets):
    one, _ = two_sets
    assert _values(one, one)["swd"] == 0
    random = np.random.default_rng(3)
    distances = []
    for deviation in (2, 20, 80):
        noisy = {
            name: np.clip(image + random.normal(0, deviation, image.shape), 0, 255).astype(np.uint8)
            for name, image in one.items()
        }
        distances.append(_values(noisy, one)["swd"])
    assert distances == sorted(distances)
    assert distances[0] > 0


def test_batches_and_order_do_not_matter(two_sets):
    whole = _values(*two_sets)
    assert _values(*two_sets, size=1, names=list("fbdace")) == pytest.approx(whole, rel=1e-5)


def test_sets_must_be_equally_large():
    one, other = PatchSet(3, 7), PatchSet(3, 7)
    one.add(torch.rand(1, 4, 3, 7, 7))
    other.add(torch.rand(1, 5, 3, 7, 7))
    with pytest.raises(MatebitError, match="4 and 5 patches"):
        sliced_distance(one, other, directions(147, CONFIG))
