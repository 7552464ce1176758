"""FID, KID and inception score: closed forms, pytorch-fid itself, and controls."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from arrays_inputs import ArrayInputs, feed, random_images

from matebit.config.metrics import InceptionConfig
from matebit.errors import MatebitError
from matebit.metrics.context import PooledLite0
from matebit.metrics.inception import Inception, _build, load_inception, resize_clean
from matebit.metrics.inception_scores import (
    FrechetInceptionDistance,
    GaussianStatistics,
    InceptionScore,
    KernelInceptionDistance,
    frechet_distance,
    inception_score,
    squared_mmd,
)
from matebit.metrics.lite0 import FrechetLite0, KernelLite0, unit


@pytest.fixture(scope="module")
def lite0():
    return PooledLite0()


def test_lite0_distances_are_the_formulas_on_its_pooled_features(lite0):
    """By hand from the means of the last level; no set is far from itself, noise is far from pictures."""
    images, others = random_images("abcdef", 0, side=32), random_images("abcdef", 1, side=32)
    inputs = ArrayInputs(images, others, reals=others)
    network, level = lite0._network, lite0._network.levels[-1]
    pooled = [
        torch.stack(
            [
                network(torch.from_numpy(image).permute(2, 0, 1)[None].float() / 127.5 - 1)[level][0].mean(
                    (1, 2)
                )
                for image in group.values()
            ]
        )
        .double()
        .numpy()
        for group in (images, others)
    ]
    frechet = feed(FrechetLite0(lite0), inputs, "abcdef")["fd_lite0"]
    assert frechet == pytest.approx(frechet_distance(*map(_statistics, pooled)), rel=1e-3)
    kernel = feed(KernelLite0(lite0, InceptionConfig()), inputs, "abcdef")["kid_lite0"]
    assert kernel == pytest.approx(1000 * squared_mmd(*map(unit, pooled)), rel=1e-2)
    assert 0 < kernel < 8000
    same = ArrayInputs(images, images, reals=images)
    assert feed(FrechetLite0(lite0), same, "abcdef")["fd_lite0"] == pytest.approx(0, abs=1e-6)
    assert feed(KernelLite0(lite0, InceptionConfig()), same, "a") == {}


def _statistics(features, batch=7):
    statistics = GaussianStatistics()
    for start in range(0, len(features), batch):
        statistics.add(features[start : start + batch])
    return statistics


def test_frechet_distance_in_closed_form():
    """Diagonal Gaussians: |m1 - m2|^2 + sum (s1 - s2)^2."""
    random = np.random.default_rng(0)
    raw = random.normal(size=(500, 6))
    white = (raw - raw.mean(0)) @ np.linalg.inv(np.linalg.cholesky(np.cov(raw.T))).T
    first, second = np.arange(1, 7) / 3, np.arange(6, 0, -1) / 2
    shift = np.array([1.0, 0, 0, -2.0, 0, 0])
    found = frechet_distance(_statistics(white * first), _statistics(white * second + shift))
    assert found == pytest.approx(5 + np.sum((first - second) ** 2), rel=1e-9)


def test_frechet_distance_is_that_of_the_published_packages(monkeypatch):
    """Pytorch-fid's own function, whose call of scipy needs an argument that it dropped; torchmetrics."""
    from pytorch_fid import fid_score
    from scipy import linalg
    from torchmetrics.image.fid import _compute_fid

    random = np.random.default_rng(1)
    one, other = (
        random.normal(size=(300, 20)),
        random.normal(0.3, 1.4, size=(300, 20)) @ random.normal(size=(20, 20)),
    )
    found = frechet_distance(_statistics(one), _statistics(other))
    moments = [(x.mean(0), np.cov(x.T)) for x in (one, other)]
    root = linalg.sqrtm
    monkeypatch.setattr(fid_score.linalg, "sqrtm", lambda matrix, disp=True: (root(matrix), 0.0))
    published = fid_score.calculate_frechet_distance(*moments[0], *moments[1])
    assert found == pytest.approx(published, rel=1e-6)
    tensors = [torch.from_numpy(part) for pair in moments for part in pair]
    assert found == pytest.approx(_compute_fid(*tensors).item(), rel=1e-6)


def test_fewer_images_than_features():
    """Rank-deficient covariances, where scipy's matrix root fails: identical sets are 0 apart."""
    features = np.random.default_rng(2).normal(size=(5, 64))
    assert frechet_distance(_statistics(features), _statistics(features[::-1])) == pytest.approx(0, abs=1e-6)
    moved = frechet_distance(_statistics(features), _statistics(features + 1))
    assert moved == pytest.approx(64, rel=1e-6)


def _slow_mmd(one, other):
    def kernel(a, b):
        return (a @ b / len(a) + 1) ** 3

    n = len(one)
    total = sum(kernel(a, b) for i, a in enumerate(one) for j, b in enumerate(one) if i != j) / (n * (n - 1))
    total += sum(kernel(a, b) for i, a in enumerate(other) for j, b in enumerate(other) if i != j) / (
        n * (n - 1)
    )
    return total - 2 * np.mean([kernel(a, b) for a in one for b in other])


def test_kernel_distance_counts_pairs():
    one, other = np.random.default_rng(3).normal(size=(2, 6, 10))
    assert squared_mmd(one, other) == pytest.approx(_slow_mmd(one, other))


def test_inception_score_in_closed_form():
    assert inception_score(np.full((8, 4), 0.25)) == pytest.approx(1)
    assert inception_score(np.eye(4)) == pytest.approx(4)


def test_clean_resize_is_pils_in_float():
    from PIL import Image

    image = random_images("a", 4, 40)["a"]
    sized = resize_clean(torch.from_numpy(image.transpose(2, 0, 1)[None].copy()))
    assert sized.shape == (1, 3, 299, 299)
    plane = Image.fromarray(image[..., 1].astype(np.float32)).resize((299, 299), Image.Resampling.BICUBIC)
    np.testing.assert_allclose(sized[0, 1].numpy(), np.clip(np.asarray(plane), 0, 255))
    assert len(np.unique(sized.numpy())) > 256, "nothing is rounded to bytes"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of the same form as pt_inception-2015-12-05-6726825d.pth, with random weights."""
    torch.manual_seed(0)
    network = _build()
    for parameter in network.parameters():
        if parameter.dim() > 1:
            torch.nn.init.kaiming_normal_(parameter)
    path = tmp_path_factory.mktemp("weights") / "inception.pth"
    torch.save(network.state_dict(), path)
    return path


def test_the_network_is_pytorch_fids(weights, monkeypatch):
    from pytorch_fid import inception as package

    state = torch.load(weights, weights_only=True)
    monkeypatch.setattr(package, "load_state_dict_from_url", lambda *_, **__: state)
    reference = package.InceptionV3().eval()
    image = torch.from_numpy(random_images("a", 5)["a"].transpose(2, 0, 1)[None].copy())
    inception = load_inception(weights)
    with torch.no_grad():
        wanted = reference(image / 255)[0].flatten(1)
    torch.testing.assert_close(inception._pool(image, "pytorch"), wanted, rtol=1e-4, atol=1e-5)


def test_other_files_are_refused(tmp_path):
    torch.save({"fc.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(MatebitError, match="does not hold pytorch-fid's Inception"):
        load_inception(tmp_path / "other.pth")


class _Colours(Inception):
    """Stands for the network: features that are 24 random projections of the mean colour."""

    def __init__(self):
        self.label = "colours"
        random = torch.Generator().manual_seed(0)
        self._mix = torch.randn(3, 24, generator=random)
        self._classes = torch.randn(1008, 24, generator=random)

    def _pool(self, images, resize):
        return (images.float().mean((2, 3)) / 255) @ self._mix


def test_controls_batches_and_order():
    config = InceptionConfig(kid_subset=4, kid_subsets=5, splits=2)
    names = list("abcdefgh")
    real = random_images(names, 6, 8)
    dark = {name: image // 3 for name, image in real.items()}
    for make in (
        lambda: FrechetInceptionDistance(_Colours(), ["pytorch"]),
        lambda: KernelInceptionDistance(_Colours(), config),
        lambda: InceptionScore(_Colours(), config),
    ):
        same = feed(make(), ArrayInputs(real, reals=real), names)
        other = feed(make(), ArrayInputs(dark, reals=real), names)
        shuffled = feed(make(), ArrayInputs(dark, reals=real), list("hgbdcafe"), size=3)
        assert other == pytest.approx(shuffled, rel=1e-6, abs=1e-9)
        for name, value in same.items():
            if name.startswith("fid"):
                assert value == pytest.approx(0, abs=1e-5)
            if not name.startswith("inception"):
                assert other[name] > value
