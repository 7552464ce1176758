"""MAE, PSNR and SSIM against hand-computed values and the formulas written out."""

from __future__ import annotations

import numpy as np
import pytest
from arrays_inputs import ArrayInputs, feed, random_images
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate1d

from matebit.metrics.pixels import Chroma, MeanAbsoluteError, PeakSignalToNoise, StructuralSimilarity


def _flat(value, side=16):
    return np.full((side, side, 3), value, dtype=np.uint8)


def test_hand_computed():
    inputs = ArrayInputs({"a": _flat(110), "b": _flat(90)}, {"a": _flat(100), "b": _flat(120)})
    assert feed(MeanAbsoluteError(), inputs, ["a", "b"]) == {"mae": 20.0}
    # 20 log10(255/10) = 28.1308, 20 log10(255/30) = 18.5884
    assert feed(PeakSignalToNoise(), inputs, ["a", "b"])["psnr"] == pytest.approx(23.3596, abs=1e-4)
    # Constant images: only the luminance term (2ab + c1) / (a^2 + b^2 + c1), c1 = 6.5025, is left.
    terms = [(2 * a * b + 6.5025) / (a * a + b * b + 6.5025) for a, b in ((110, 100), (90, 120))]
    ssim = feed(StructuralSimilarity(), inputs, ["a", "b"])["ssim"]
    assert ssim == pytest.approx(np.mean(terms), abs=1e-6)


def test_identical_images_are_perfect():
    images = random_images("abc", 0)
    inputs = ArrayInputs(images, images)
    assert feed(MeanAbsoluteError(), inputs, "abc") == {"mae": 0.0}
    assert feed(PeakSignalToNoise(), inputs, "abc") == {"psnr": np.inf}
    assert feed(StructuralSimilarity(), inputs, "abc")["ssim"] == pytest.approx(1)


def _lab(red: int, green: int, blue: int) -> tuple[float, float]:
    """a and b of one sRGB colour, by the standard's formulas."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (red / 255, green / 255, blue / 255)
    ]
    matrix = [
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    ]
    xyz = [sum(m * c for m, c in zip(row, linear, strict=True)) for row in matrix]
    f = [
        v ** (1 / 3) if v > (6 / 29) ** 3 else v / (3 * (6 / 29) ** 2) + 4 / 29
        for v in (xyz[0] / 0.95047, xyz[1], xyz[2] / 1.08883)
    ]
    return 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


def test_chroma_by_the_formulas():
    one, other = np.zeros((2, 1, 2, 3), dtype=np.uint8)
    one[0], other[0] = [(200, 30, 90), (10, 10, 10)], [(20, 180, 60), (240, 240, 240)]
    apart = np.hypot(*np.subtract(_lab(200, 30, 90), _lab(20, 180, 60)))
    found = feed(Chroma(), ArrayInputs({"a": one}, {"a": other}), ["a"])["chroma"]
    assert found == pytest.approx(apart / 2, abs=0.05)  # greys differ in brightness alone


def _slow_ssim(one, other):
    """Wang et al.

    2004, written out in double: Gaussian window of 11 px, mean over its valid places.
    """
    x = np.arange(-5, 6)
    window = np.exp(-(x**2) / (2 * 1.5**2))
    window /= window.sum()

    def blur(plane):
        return correlate1d(correlate1d(plane, window, axis=0), window, axis=1)[5:-5, 5:-5]

    scores = []
    for channel in range(3):
        a, b = (image[..., channel].astype(float) for image in (one, other))
        ma, mb = blur(a), blur(b)
        va, vb, cov = blur(a * a) - ma**2, blur(b * b) - mb**2, blur(a * b) - ma * mb
        c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
        scores.append(((2 * ma * mb + c1) * (2 * cov + c2)) / ((ma**2 + mb**2 + c1) * (va + vb + c2)))
    return np.mean(scores)


def test_ssim_is_the_formula():
    one, other = random_images("a", 1)["a"], random_images("a", 2)["a"]
    mixed = (0.7 * one + 0.3 * other).astype(np.uint8)
    found = feed(StructuralSimilarity(), ArrayInputs({"a": mixed}, {"a": one}), "a")["ssim"]
    assert found == pytest.approx(_slow_ssim(mixed, one), abs=1e-6)


@settings(max_examples=20, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**32 - 1), size=st.integers(1, 5))
def test_batches_and_order_do_not_matter_and_noise_worsens(seed, size):
    names = list("abcde")
    truths = random_images(names, 5, side=16)
    random = np.random.default_rng(seed)

    def noisy(deviation):
        return {
            name: np.clip(truths[name] + random.normal(0, deviation, truths[name].shape), 0, 255).astype(
                np.uint8
            )
            for name in names
        }

    near, far = ArrayInputs(noisy(5), truths), ArrayInputs(noisy(60), truths)
    shuffled = list(random.permutation(names))
    for metric, better in (
        (MeanAbsoluteError, -1),
        (PeakSignalToNoise, 1),
        (StructuralSimilarity, 1),
    ):
        (value,) = feed(metric(), near, names).values()
        assert [value] == list(feed(metric(), near, shuffled, size).values())
        (worse,) = feed(metric(), far, names).values()
        assert better * (value - worse) > 0
