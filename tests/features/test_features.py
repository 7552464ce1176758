"""The perceptual network: what it computes, where its weights come from."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError
from safetensors.torch import save_file

from matebit.config.features import FeatureConfig
from matebit.errors import MatebitError
from matebit.features.build import build_features
from matebit.features.vgg19 import LEVELS, Vgg19

SMALL = FeatureConfig(width=0.0625, weights="random")


def test_random_weights_follow_the_seed_alone():
    before = torch.random.get_rng_state()
    one, same = build_features(SMALL), build_features(SMALL)
    other = build_features(SMALL.model_copy(update={"seed": 1}))
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(one.conv3_4.weight, same.conv3_4.weight)
    assert not torch.equal(one.conv3_4.weight, other.conv3_4.weight)
    weight = one.conv3_4.weight
    assert float(weight.std()) == pytest.approx((2 / weight[0].numel()) ** 0.5, rel=0.1)
    assert all(float(layer.bias.abs().max()) == 0 for layer in one.children())


def test_levels_shapes_and_gradients():
    network = build_features(SMALL).train()
    assert not network.training
    assert not any(p.requires_grad for p in network.parameters())
    image = torch.rand(2, 3, 32, 32, requires_grad=True)
    features = network(image)
    assert list(features) == list(LEVELS)
    shapes = [tuple(f.shape[1:]) for f in features.values()]
    assert shapes == [(4, 32, 32), (8, 16, 16), (16, 8, 8), (32, 4, 4), (32, 2, 2)]
    sum(f.mean() for f in features.values()).backward()
    assert image.grad.abs().max() > 0
    few = network(image, ("r32",))
    assert list(few) == ["r32"]
    assert torch.equal(few["r32"], features["r32"])


def test_against_torchvision(tmp_path):
    vgg = pytest.importorskip("torchvision.models.vgg")
    theirs = vgg.make_layers(vgg.cfgs["E"]).eval()
    stored = {f"features.{k}": v for k, v in theirs.state_dict().items()}
    path = tmp_path / "vgg19.safetensors"
    save_file(stored, path)
    ours = build_features(FeatureConfig(weights="imagenet"), path)
    image = torch.rand(1, 3, 32, 32) * 2 - 1
    mean = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
    deviation = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
    x, expected = ((image + 1) / 2 - mean) / deviation, {}
    with torch.no_grad():
        for index, layer in enumerate(theirs):
            x = layer(x)
            if index in (3, 8, 13, 22, 31):
                expected[LEVELS[len(expected)]] = x.clone()
        found = ours(image)
    for level in LEVELS:
        assert torch.allclose(found[level], expected[level], rtol=1e-3, atol=1e-5), level


def test_caffe_names(tmp_path):
    weights = Vgg19(1.0).state_dict()
    extra = {"conv5_3.weight": torch.zeros(1)}
    torch.save({**weights, **extra}, tmp_path / "vgg19_conv.pth")
    network = build_features(FeatureConfig(weights="imagenet"), tmp_path / "vgg19_conv.pth")
    assert network.scaling == "caffe"
    assert torch.equal(network.conv4_2.weight, weights["conv4_2.weight"])


def test_weights_are_never_exchanged(tmp_path):
    published = FeatureConfig(weights="imagenet")
    with pytest.raises(MatebitError, match="pass its path"):
        build_features(published)
    with pytest.raises(MatebitError, match="not found"):
        build_features(published, tmp_path / "absent.pth")
    (tmp_path / "broken.pth").write_bytes(b"no weights")
    with pytest.raises(MatebitError, match="cannot be read"):
        build_features(published, tmp_path / "broken.pth")
    torch.save({"conv1_1.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(MatebitError, match="is not a VGG-19"):
        build_features(published, tmp_path / "other.pth")
    with pytest.raises(ValidationError, match=r"fits only features\.weights = 'random'"):
        FeatureConfig(width=0.5)
    assert FeatureConfig(weights="random", width=0.25).label == "vgg19 x0.25 (random, seed 0)"
