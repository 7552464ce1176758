"""Canny and XDoG lines with their distance map, against slow computations and over media."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage import feature

from matebit.config.data import ConditionsConfig
from matebit.contracts.condition_kinds import CONDITIONS
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.lines import canny_lines, even_tones, lines_and_distance, xdog, xdog_lines
from matebit.data.conditions.registry import load_extractor
from matebit.drawn.drawing.style import MEDIA, sample_style
from matebit.drawn.portraits.drawing import render
from matebit.drawn.portraits.shape import sample_shape

CONFIG = ConditionsConfig(kind="xdog")


def slow_distance(lines: np.ndarray, reach: float) -> np.ndarray:
    """Every pixel to every line pixel."""
    ys, xs = np.nonzero(lines >= 128)
    out = np.full(lines.shape, 255.0)
    for y, x in np.ndindex(lines.shape) if len(ys) else ():
        out[y, x] = min(np.hypot(ys - y, xs - x).min() / reach, 1) * 255
    return out


def slow_blur(plane: np.ndarray, sigma: float) -> np.ndarray:
    """A Gaussian sum over mirrored neighbours, one pixel after the other (OpenCV's reach for floats)."""
    reach = (ceil(sigma * 8 + 1) | 1) // 2
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weights /= weights.sum()
    wide = np.pad(plane.astype(np.float64), reach, mode="symmetric")
    out = np.zeros(plane.shape)
    for y, x in np.ndindex(plane.shape):
        out[y, x] = weights @ wide[y : y + 2 * reach + 1, x : x + 2 * reach + 1] @ weights
    return out


@settings(max_examples=20)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 24),
    width=st.integers(1, 24),
    share=st.sampled_from([0.0, 0.01, 0.2, 1.0]),
    reach=st.sampled_from([1.0, 3.3, 16.0]),
)
def test_distance_is_that_to_the_nearest_line(seed, height, width, share, reach) -> None:
    rng = np.random.default_rng(seed)
    lines = np.where(rng.random((height, width)) < share, rng.integers(128, 256, (height, width)), 100)
    lines = lines.astype(np.uint8)
    found = lines_and_distance(lines, reach)
    np.testing.assert_array_equal(found[0], lines)
    np.testing.assert_allclose(found[1], slow_distance(lines, reach), atol=0.51)


def test_canny_lines_are_the_edges_of_skimage() -> None:
    image = np.random.default_rng(3).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    found = canny_lines(Structure("x", image, None), ConditionsConfig(kind="canny", canny_sigma=1.5))
    grey = np.rint(image @ [0.299, 0.587, 0.114]).astype(np.uint8)
    # A grey rounded otherwise moves few edges.
    assert np.mean((found[0] > 0) != feature.canny(grey, 1.5)) < 0.02


@pytest.mark.parametrize("sigma", [0.8, 1.7])
def test_xdog_is_the_papers_formula(sigma: float) -> None:
    image = np.random.default_rng(5).integers(0, 256, (20, 23, 3), dtype=np.uint8)
    config = CONFIG.xdog.model_copy(update={"smooth": 0.0, "sigma": sigma})
    grey = image.astype(np.float64) @ [0.299, 0.587, 0.114] / 255
    mean = slow_blur(grey, 6.0)
    spread = np.sqrt(np.maximum(slow_blur(grey**2, 6.0) - mean**2, 0) + 0.1**2)
    tones = 0.5 + (grey - mean) / spread / 4
    sharp = 17 * slow_blur(tones, sigma) - 16 * slow_blur(tones, 1.6 * sigma)
    kept = np.where(sharp >= 0.3, 1, 1 + np.tanh(8 * (sharp - 0.3)))
    # A sharp threshold: a last digit of float32 may move a pixel by one level.
    assert np.abs(xdog(image, config) - 255 * (1 - kept)).max() < 1


def test_flat_and_shaded_areas_stay_paper_whatever_their_tone() -> None:
    for tone in (0, 20, 128, 255):
        assert not xdog(np.full((32, 32, 3), tone, np.uint8), CONFIG.xdog).any()
    ramp = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 64, 0).repeat(3, 2)
    assert np.mean(xdog(ramp, CONFIG.xdog) > 127) < 0.03


def test_smoothing_takes_texture_away_and_leaves_contours() -> None:
    rng = np.random.default_rng(0)
    picture = np.full((64, 64), 150.0)
    picture[:, 32:] = 30
    noisy = np.clip(picture + rng.normal(0, 12, picture.shape), 0, 255).astype(np.float32) / 255
    rough, smooth = (
        even_tones(noisy, CONFIG.xdog.model_copy(update={"smooth": px}))[8:-8, 40:56].std() for px in (0, 1.5)
    )
    assert smooth < rough / 1.5


def agreement(first: np.ndarray, second: np.ndarray) -> float:
    """F1 of two line drawings, a line one pixel beside its like counting as found."""
    from scipy.ndimage import binary_dilation

    first, second = first >= 128, second >= 128
    wide = [binary_dilation(lines, np.ones((3, 3))) for lines in (first, second)]
    precision, recall = (first & wide[1]).sum() / first.sum(), (second & wide[0]).sum() / second.sum()
    return 2 * precision * recall / (precision + recall)


def test_media_agree_on_the_lines_of_one_face_better_than_by_canny() -> None:
    shape = sample_shape((9, 0))
    images = [render(shape, sample_style((9, 0, i), medium), 64).image for i, medium in enumerate(MEDIA)]
    faces = [Structure("x", image, None) for image in images]
    scores = {}
    for kind, extract in (("xdog", xdog_lines), ("canny", canny_lines)):
        # The face itself: backgrounds belong to the style and have lines of their own.
        lines = [extract(face, CONFIG)[0, 12:, 12:48] for face in faces]
        scores[kind] = np.mean([agreement(a, b) for i, a in enumerate(lines) for b in lines[:i]])
    assert scores["xdog"] > 0.75
    assert scores["xdog"] > scores["canny"]


@pytest.mark.parametrize(
    "kind", [name for name, kind in CONDITIONS.items() if kind.lines and not kind.network]
)
def test_lines_need_nothing_but_the_picture(kind: str) -> None:
    image = render(sample_shape((1, 1)), sample_style((1, 1)), 48).image
    config = ConditionsConfig(kind=kind)
    found = load_extractor(config)(Structure("x", image, None), config)
    assert found.shape == (2, 48, 48)
    assert found.dtype == np.uint8
    assert found[0].any()
    np.testing.assert_array_equal(found, lines_and_distance(found[0], config.distance_reach))
