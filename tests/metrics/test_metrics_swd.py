"""SWD against textbook numpy versions and scipy's Wasserstein distance, and its controls."""

from __future__ import annotations

import numpy as np
import pytest
from arrays_inputs import ArrayInputs, feed, random_images
from scipy import ndimage, stats

from matebit.bench.swd import looped_swd, slow_pyramid, whole_array_swd
from matebit.config.metrics import SwdConfig
from matebit.errors import MatebitError
from matebit.metrics import swd
from matebit.metrics.patches import PatchSet, laplacian_pyramid, level_sizes
from matebit.metrics.swd import SlicedWasserstein, directions, sliced_distance

CONFIG = SwdConfig(patches=12, directions=24, repeats=2)


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
    for band, slow in zip(laplacian_pyramid(image, 2), slow_pyramid(image, 2), strict=True):
        np.testing.assert_allclose(band, slow, atol=1e-9)
    assert level_sizes(256, 16) == [256, 128, 64, 32, 16]
    with pytest.raises(MatebitError, match="cannot be halved"):
        laplacian_pyramid(np.zeros((36, 34, 3), np.float32), 3)


@pytest.mark.parametrize("textbook", [looped_swd, whole_array_swd])
def test_swd_is_the_textbook_one(two_sets, textbook):
    values = _values(*two_sets)
    slow = textbook(*two_sets, CONFIG)
    assert [values["swd"], values["swd/32"], values["swd/16"]] == pytest.approx(slow, rel=1e-3)


def test_a_distance_is_scipys(two_sets):
    """Along each direction it is the one-dimensional Wasserstein distance, which scipy has."""
    random = np.random.default_rng(8)
    one, other = PatchSet(3, 7), PatchSet(3, 7)
    features = []
    for kept, spread in ((one, 1.0), (other, 1.7)):
        patches = random.normal(size=(60, 3, 7, 7)) ** (1 if spread == 1 else 3)
        kept.add(patches.reshape(60, -1))
        normal = (patches - patches.mean((0, 2, 3), keepdims=True)) / patches.std((0, 2, 3), keepdims=True)
        features.append(normal.reshape(60, -1))
    along = directions(147, CONFIG)
    published = [stats.wasserstein_distance(*(x @ direction for x in features)) for direction in along]
    assert sliced_distance(one, other, along) == pytest.approx(np.mean(published), rel=1e-3)


def test_threads_and_memory_do_not_matter(two_sets, monkeypatch):
    whole = _values(*two_sets)
    monkeypatch.setattr(swd, "_PROJECTION_BYTES", 4 * 2 * 72 * 5)  # five directions at once
    inputs = ArrayInputs(two_sets[0], reals=two_sets[1])
    # products of matrices of another shape round otherwise, by how much is the processor's affair
    assert feed(SlicedWasserstein(CONFIG, 3), inputs, sorted(two_sets[0])) == pytest.approx(whole, rel=1e-5)


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
    one.add(np.zeros((4, 147)))
    other.add(np.zeros((5, 147)))
    with pytest.raises(MatebitError, match="4 and 5 patches"):
        sliced_distance(one, other, directions(147, CONFIG))
