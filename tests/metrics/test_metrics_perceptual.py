"""Feature distance, LPIPS, semantic consistency, relevance and diversity."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from arrays_inputs import ArrayInputs, feed, items, random_images

from matebit.config.features import VGG19_LEVELS as LEVELS
from matebit.config.features import FeatureConfig
from matebit.errors import MatebitError
from matebit.features.build import build_features
from matebit.metrics.batch import ScoredBatch
from matebit.metrics.diversity import Diversity
from matebit.metrics.perceptual import FeatureDistance, by_features, calibrated_alexnet, feature_distance
from matebit.metrics.relevance import ColourRelevance, SemanticConsistency, TextureRelevance, region_cosine


@pytest.fixture(scope="module")
def network():
    vgg = build_features(FeatureConfig(weights="random", width=0.125, seed=3))
    return lambda images: vgg(images / 127.5 - 1)


def test_the_formula_by_hand():
    # One level, one position: unit vectors (1,0) and (0.6,0.8) are sqrt(0.8) apart; scale does not
    # matter.
    one, other = torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 4.0]])
    shaped = [{"r12": maps.view(1, 2, 1, 1)} for maps in (one, other)]
    assert feature_distance(*shaped).item() == pytest.approx(0.8, abs=1e-6)


@pytest.mark.filterwarnings("ignore::UserWarning:torchvision")
def test_formula_agrees_with_the_package(tmp_path):
    """The calibrated path is the package itself; with calibration off it is our formula."""
    lpips = pytest.importorskip("lpips")
    torch.manual_seed(0)
    package = lpips.LPIPS(net="alex", pnet_rand=True, lpips=False, verbose=False).eval()
    images = torch.from_numpy(np.stack(list(random_images("ab", 3, 64).values())).transpose(0, 3, 1, 2))
    one, other = (image[None] / 127.5 - 1 for image in images)

    def levels(image):
        return dict(enumerate(package.net(package.scaling_layer(image))))

    with torch.no_grad():
        wanted = package(one, other).item()
        assert feature_distance(levels(one), levels(other)).item() == pytest.approx(wanted, rel=1e-5)
    _calibrated_reads_torchvision_names(package, lpips, tmp_path, images)


def _calibrated_reads_torchvision_names(package, lpips, folder, images):
    state = {
        "features." + name.split(".", 1)[1]: value for name, value in package.net.state_dict().items()
    } | {"classifier.1.weight": torch.zeros(1)}
    torch.save(state, folder / "alexnet.pth")
    distance = calibrated_alexnet(folder / "alexnet.pth")
    reference = lpips.LPIPS(net="alex", pnet_rand=True, verbose=False).eval()
    reference.net.load_state_dict(package.net.state_dict())
    with torch.no_grad():
        wanted = reference(images[:1] / 127.5 - 1, images[1:] / 127.5 - 1).item()
    assert distance(images[:1], images[1:]).item() == pytest.approx(wanted, rel=1e-6)
    assert "calibrated" in distance.label
    torch.save({"features.0.weight": torch.zeros(1)}, folder / "other.pth")
    with pytest.raises(MatebitError, match=r"other\.pth does not hold torchvision's AlexNet"):
        calibrated_alexnet(folder / "other.pth")


def test_identical_images_and_growing_noise(network):
    names = list("abcd")
    truths = random_images(names, 0)
    random = np.random.default_rng(1)
    distance, semantic = [], []
    for deviation in (0, 15, 60):
        images = {
            name: np.clip(truths[name] + random.normal(0, deviation, (32, 32, 3)), 0, 255).astype(np.uint8)
            for name in names
        }
        inputs = ArrayInputs(images, truths)
        metric = FeatureDistance(LEVELS, "random")
        distance.append(feed(metric, inputs, names, network=network)["feature_distance"])
        metric = SemanticConsistency(LEVELS, "random", True)
        semantic.append(feed(metric, inputs, names, network=network)["semantic"])
    assert distance[0] == pytest.approx(0, abs=1e-6)
    assert semantic[0] == pytest.approx(1, abs=1e-6)
    assert distance == sorted(distance)
    assert semantic == sorted(semantic, reverse=True)


def _slow_region_cosine(features, labels, other, other_labels):
    """As CoCosNet's text says: enlarge by nearest neighbour, average under masks, weigh by area."""
    size = labels.shape
    big = [
        np.kron(maps, np.ones((1, size[0] // maps.shape[1], size[1] // maps.shape[2])))
        for maps in (features, other)
    ]
    total, weight = 0.0, 0.0
    for label in set(labels.ravel()) & set(other_labels.ravel()):
        a = big[0][:, labels == label].mean(axis=1)
        b = big[1][:, other_labels == label].mean(axis=1)
        area = (labels == label).sum()
        total += area * (a @ b) / np.linalg.norm(a) / np.linalg.norm(b)
        weight += area
    return total / weight


def test_region_cosine_is_the_slow_one():
    random = np.random.default_rng(4)
    one, other = random.random((2, 5, 8, 8)).astype(np.float32)
    labels, other_labels = random.integers(0, 6, (2, 32, 32)).astype(np.uint8)
    labels[labels == 3] = 2  # a label that only one map has
    found = region_cosine(torch.from_numpy(one), labels, torch.from_numpy(other), other_labels)
    assert found == pytest.approx(_slow_region_cosine(one, labels, other, other_labels), abs=1e-7)


def test_region_cosine_by_hand():
    # Two labels of areas 3 and 1; the first region is parallel (cosine 1), the second orthogonal
    # (0).
    features = torch.tensor([[[1.0, 1.0], [1.0, 0.0]], [[0.0, 0.0], [0.0, 1.0]]])
    other = torch.tensor([[[2.0, 2.0], [2.0, 5.0]], [[0.0, 0.0], [0.0, 0.0]]])
    labels = np.array([[4, 4], [4, 7]], dtype=np.uint8)
    assert region_cosine(features, labels, other, labels) == pytest.approx(0.75)
    assert np.isnan(region_cosine(features, labels, other, labels + 3 * (labels == 4) + 11))


def test_relevance_controls(network):
    """The exemplar under its own map scores 1; other exemplars score less; so does noise."""
    names = list("abcd")
    random = np.random.default_rng(5)
    colours = random.integers(30, 225, (4, 3, 3))
    labels = {name: random.integers(0, 3, (32, 32)).astype(np.uint8) for name in names}
    painted = {name: colours[place][labels[name]].astype(np.uint8) for place, name in enumerate(names)}
    shifted = dict(zip(names, [painted[name] for name in names[1:] + names[:1]], strict=True))
    shifted_labels = dict(zip(names, [labels[name] for name in names[1:] + names[:1]], strict=True))
    noise = random_images(names, 6)
    for metric in (ColourRelevance, TextureRelevance):

        def value(images, exemplars, exemplar_labels, metric=metric):
            inputs = ArrayInputs(images, exemplars=exemplars, labels=labels, exemplar_labels=exemplar_labels)
            (found,) = feed(metric(LEVELS, "random"), inputs, names, size=3, network=network).values()
            return found

        own = value(painted, painted, labels)
        assert own == pytest.approx(1, abs=1e-6)
        assert value(painted, shifted, shifted_labels) < own
        assert value(noise, painted, labels) < own


def test_diversity(network):
    images = random_images("ab", 7)
    distance = by_features(network, LEVELS, "random")

    class Ranks(ArrayInputs):
        def translated(self, item):
            return self.images["b" if item.rank == 3 else "a"]

    from matebit.contracts.translated import Item

    metric = Diversity(distance)
    inputs = Ranks(images)
    metric.update(ScoredBatch([Item("x", f"e{rank}", rank) for rank in (1, 2, 3)], inputs))
    metric.update(ScoredBatch(items(["lonely"]), ArrayInputs({"lonely": images["a"]})))
    (value,) = metric.values()
    one, other = (torch.from_numpy(images[name].transpose(2, 0, 1)[None].copy()) for name in "ab")
    # Three pairs: one of equal images, two of different ones.
    assert value.value == pytest.approx(2 / 3 * distance(one, other).item(), rel=1e-5)
    assert value.n == 1
