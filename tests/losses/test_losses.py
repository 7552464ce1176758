"""Losses by hand, and how a step puts them together."""

from __future__ import annotations

import math

import pytest
import torch
from pydantic import ValidationError

from matebit.config.features import LEVELS, FeatureConfig
from matebit.config.losses import LossConfig, StyleContrastConfig
from matebit.config.model import ModelConfig
from matebit.features.build import build_features
from matebit.losses.alignment import known_match, position_contrast, random_positions
from matebit.losses.contextual import contextual
from matebit.losses.contrast import NegativeBank, StyleQueue, style_contrast
from matebit.losses.image import opponent_distance, self_reference_mean
from matebit.losses.step import (
    StyleCodes,
    Target,
    discriminator_loss,
    generator_loss,
    perceptual_loss,
)
from matebit.model.build import build_discriminator, build_generator
from matebit.ops.spectral import vectors_fixed


def test_self_referenced_losses_do_not_depend_on_the_batch_size():
    values = torch.tensor([1.0, 5.0])
    for copies in (1, 4):
        per_sample, self_ref = values.repeat(copies), torch.tensor([1, 0]).repeat(copies)
        assert float(self_reference_mean(per_sample, self_ref, "default", None)) == 1.0
        released = self_reference_mean(per_sample, self_ref, "released", None)
        assert float(released) == pytest.approx(1 / (2 * copies), rel=1e-4)
    nothing = torch.zeros(2)
    assert float(self_reference_mean(values, nothing, "default", None)) == 0
    assert float(self_reference_mean(values, nothing, "released", None)) == 0
    over_ranks = self_reference_mean(values, torch.ones(2), "default", torch.tensor(6.0))
    assert float(over_ranks) == 1.0


def test_style_contrast_by_hand():
    z, own = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    others = torch.tensor([[1.0, 1.0], [-1.0, 0.0]])
    logits = [0.0, math.sqrt(0.5) / 0.07, -1 / 0.07]
    expected = -math.log(math.exp(logits[0]) / sum(math.exp(v) for v in logits))
    assert float(style_contrast(z, own, others, 0.07)) == pytest.approx(expected, rel=1e-5)
    raw = style_contrast(z, own, others, 1.0, normalise=False)
    assert float(raw) == pytest.approx(math.log(1 + math.exp(2) + math.exp(-2)), rel=1e-5)


def test_only_the_output_s_code_gets_gradient():
    codes = [torch.randn(2, 3, requires_grad=True) for _ in range(3)]
    style_contrast(*codes, 0.07).backward()
    assert codes[0].grad is not None
    assert codes[1].grad is None
    assert codes[2].grad is None


def test_queue_is_first_in_first_out():
    queue = StyleQueue(3)
    assert queue.codes() is None
    assert queue.fill == 0
    for k in range(5):
        queue.push(torch.full((1, 2), float(k)))
    assert queue.codes()[:, 0].tolist() == [2, 3, 4]
    assert queue.fill == 1
    again = StyleQueue(3)
    again.load_state_dict(queue.state_dict())
    again.push(torch.full((1, 2), 9.0))
    assert again.codes()[:, 0].tolist() == [3, 4, 9]
    with pytest.raises(ValueError, match="cannot continue"):
        StyleQueue(4).load_state_dict(queue.state_dict())


@pytest.mark.parametrize("batch", [1, 8, 24])
def test_bank_takes_images_evenly_from_its_span(batch):
    def image(count: int) -> torch.Tensor:
        return torch.full((3, 2, 2), count / 127.5 - 1)

    bank = NegativeBank(10, 200)
    for seen in range(0, 400, batch):
        bank.offer(seen, torch.stack([image(min(seen + k, 255)) for k in range(batch)]))
    assert bank.full
    images, conditions = bank.draw(0, 10)
    assert conditions is None
    kept = ((images[:, 0, 0, 0] + 1) * 127.5).round().tolist()
    assert kept == [10, 30, 50, 70, 90, 110, 130, 150, 170, 190]
    drawn = [bank.draw(step, 4)[0][:, 0, 0, 0] for step in range(5)]
    assert sorted(torch.cat(drawn).tolist()) == sorted(images[:, 0, 0, 0].tolist() * 2)
    again = NegativeBank(10, 200)
    again.load_state_dict(bank.state_dict())
    assert torch.equal(again.draw(3, 4)[0], bank.draw(3, 4)[0])


def test_bank_of_a_short_run_and_with_conditions():
    bank = NegativeBank(256, 5)
    assert bank.size == 5
    bank.offer(0, torch.zeros(8, 3, 2, 2), torch.ones(8, 4, 2, 2))
    images, conditions = bank.draw(7, 2)
    assert images.shape == (2, 3, 2, 2)
    assert torch.equal(conditions, torch.ones(2, 4, 2, 2))
    assert images.abs().max() < 0.01


def test_queue_length_follows_the_length_of_training():
    config = StyleContrastConfig()
    assert [config.queue_length(n) for n in (10**6, 800, 3)] == [1024, 100, 1]


def test_opponent_distance_by_hand():
    """Brightness does not enter; red against green counts 2 where one is 1 and the other -1."""
    image, truth = torch.zeros(2, 3, 1, 1), torch.zeros(2, 3, 1, 1)
    image[0] = 0.7  # grey against black
    image[1, :, 0, 0] = torch.tensor([1.0, -1.0, 0.5])
    assert opponent_distance(image, truth).tolist() == pytest.approx([0.0, (2 + 0.5) / 2], abs=1e-6)


def test_known_match_by_hand():
    """Two blocks on 2 x 2 tokens of two cells a side; a token with an unknown cell does not count."""
    flow = torch.full((2, 2, 4, 4), float("nan"))
    flow[0, :, :2, :] = 0.25  # tokens (0,0) and (0,1) of the first sample
    flow[0, :, 2, 2] = 0.9  # a quarter of token (1,1)
    soft = [torch.full((2, 2, 2, 2), value, requires_grad=True) for value in (0.5, 0.2)]
    found = known_match(soft, flow)
    assert found.tolist() == pytest.approx([0.25 + 0.05, 0.0])
    found.sum().backward()
    assert soft[0].grad[0, :, 0].tolist() == [[0.25, 0.25], [0.25, 0.25]]
    assert not soft[0].grad[0, :, 1].any()
    assert not soft[0].grad[1].any()


def test_position_contrast_by_hand():
    condition = torch.nn.functional.normalize(torch.randn(1, 4, 8, 8), dim=1) * 3
    truth = torch.randn(1, 4, 8, 8)
    positions = random_positions(64, torch.Generator().manual_seed(0))[:3]
    a, b = condition[0].flatten(1)[:, positions].T, truth[0].flatten(1)[:, positions].T
    total = 0.0
    for i in range(3):
        cosines = [float(a[i] @ b[j] / (a[i].norm() * b[j].norm())) for j in range(3)]
        logits = [math.cos(math.acos(cosines[i]) + 0.25) / 0.05]
        logits += [(-10.0 if i == j else cosines[j]) / 0.05 for j in range(3)]
        total += -logits[0] + math.log(sum(math.exp(v) for v in logits))
    found = position_contrast(condition, truth, positions)
    assert float(found) == pytest.approx(total / 3, rel=1e-3)


def test_position_contrast_stays_finite_on_identical_features():
    same = torch.randn(1, 4, 8, 8, requires_grad=True)
    loss = position_contrast(same, same.detach(), torch.arange(64))
    loss.backward()
    assert loss.isfinite()
    assert same.grad.isfinite().all()


@pytest.mark.parametrize("pono", [True, False])
def test_contextual_by_hand(pono):
    rng = torch.Generator().manual_seed(4)
    x, y = torch.randn(2, 1, 3, 2, 2, generator=rng, dtype=torch.float64)
    centre = y.mean(1, keepdim=True) if pono else y.mean((2, 3), keepdim=True)
    a, b = (x - centre)[0].flatten(1).T, (y - centre)[0].flatten(1).T
    best = []
    for i in range(4):
        d = [1 - float(a[i] @ b[j] / (a[i].norm() * b[j].norm())) for j in range(4)]
        w = [math.exp((1 - v / (min(d) + 1e-3)) / 0.1) for v in d]
        best.append(max(w) / sum(w))
    expected = -math.log(sum(best) / 4)
    assert float(contextual(x, y, pono=pono)) == pytest.approx(expected, rel=1e-6)


@pytest.fixture(scope="module")
def step():
    """A translation with everything that its losses need."""
    config = ModelConfig(ngf=4, ndf=4, crop_size=64, condition_channels=3)
    rng = torch.Generator().manual_seed(0)
    condition = torch.rand(2, 3, 64, 64, generator=rng)
    truth, exemplar = torch.rand(2, 2, 3, 64, 64, generator=rng) * 2 - 1
    generator, discriminator = build_generator(config), build_discriminator(config)
    out = generator(condition, exemplar, truth=truth)
    with vectors_fixed(discriminator):
        fake, real = discriminator(condition, out.image), discriminator(condition, truth)
    return {
        "translation": out,
        "target": Target(truth, exemplar, torch.tensor([1.0, 0.0])),
        "fake_stages": fake,
        "real_stages": real,
        "features": build_features(FeatureConfig(width=0.125, weights="random")),
        "codes": StyleCodes(generator.style_of(out.image), torch.randn(5, 4, generator=rng)),
        "positions": torch.arange(64),
    }


NAMES = [
    "no_vgg_feat",
    "G_warp_self",
    "GAN",
    "GAN_Feat",
    "fm",
    "contextual",
    "perc",
    "style_loss",
    "style_contrast",
    "mcl",
    "pixel_l1",
]


@pytest.mark.parametrize("form", ["default", "released"])
def test_all_losses_of_a_step(step, form):
    config = LossConfig(form=form, mcl=0.01, pixel_l1=1.0, style_contrast={"weight": 1.0})
    losses = generator_loss(config, **step)
    assert sorted(losses) == sorted(NAMES)
    assert all(value.dim() == 0 and value.isfinite() for value in losses.values())
    of_d = discriminator_loss(config, step["fake_stages"], step["real_stages"])
    assert set(of_d) == {"D_Fake", "D_real"}


def test_forms_differ_by_the_batch_only_in_self_referenced_losses(step):
    default = generator_loss(LossConfig(), **step)
    released = generator_loss(LossConfig(form="released"), **step)
    assert "style_contrast" not in released  # weight 0
    for name in released:
        factor = 2 if name in ("G_warp_self", "fm") else 1
        assert float(released[name]) * factor == pytest.approx(float(default[name]), rel=1e-4), name


def test_weights_scale_and_zero_skips(step, monkeypatch):
    plain = generator_loss(LossConfig(), **step)
    for name in ("G_warp_self", "contextual", "style_loss"):
        weight = getattr(LossConfig(), name)
        doubled = generator_loss(LossConfig(**{name: 2 * weight}), **step)
        assert float(doubled[name]) == pytest.approx(2 * float(plain[name]), rel=1e-5)
        assert name not in generator_loss(LossConfig(**{name: 0}), **step)
    features = step["features"]
    without = {"fm": 0, "contextual": 0, "perc": 0, "style_loss": 0}
    monkeypatch.setattr(features, "forward", None)  # not called
    losses = generator_loss(LossConfig(**without), **step)
    assert not losses.keys() & without.keys()


def test_levels_that_are_needed():
    perc = LossConfig(fm=0, contextual=0, style_loss=0)
    assert perc.levels_of(LEVELS["vgg19"]) == ("r42",)
    assert perc.levels_of(LEVELS["efficientnet_lite0"]) == ("block4",)
    deepest = LossConfig(fm=0, contextual=0, style_loss=0, perc_level="block10")
    assert deepest.levels_of(LEVELS["efficientnet_lite0"]) == ("block10",)
    assert LossConfig(fm=0, style_loss=0, perc=0).levels_of(LEVELS["vgg19"]) == ("r32", "r42", "r52")
    assert LossConfig().levels_of(LEVELS["vgg19"]) == LEVELS["vgg19"]
    assert not LossConfig(fm=0, contextual=0, style_loss=0, perc=0).perceptual


@pytest.mark.parametrize("net", LEVELS)
def test_perceptual_losses_are_the_same_of_any_network(net):
    """Each loss alone is what it is among all: the levels that it reads do not depend on the others."""
    features = build_features(FeatureConfig(net=net, weights="random", width=0.25))
    image, truth, exemplar = torch.rand(3, 2, 3, 64, 64) * 2 - 1
    target = Target(truth, exemplar, torch.tensor([1.0, 0.0]))
    together = perceptual_loss(LossConfig(), image.requires_grad_(), target, features)
    weights = {"fm": 10.0, "contextual": 10.0, "perc": 0.001, "style_loss": 10.0}
    assert set(together) == set(weights)
    for name, weight in weights.items():
        alone = LossConfig(**dict.fromkeys(weights, 0.0) | {name: weight})
        (value,) = perceptual_loss(alone, image, target, features).values()
        assert float(value) == pytest.approx(float(together[name]), rel=1e-5), name
    (gradient,) = torch.autograd.grad(sum(together.values()), image)
    assert gradient.isfinite().all()
    assert gradient.abs().amax(dim=(1, 2, 3)).min() > 0
    same = perceptual_loss(LossConfig(), truth, Target(truth, truth, target.self_ref), features)
    for name in ("fm", "perc", "style_loss"):
        assert float(same[name]) == pytest.approx(0, abs=1e-4 * float(together[name])), name


def test_configuration():
    released = LossConfig(form="released")
    assert released.style_contrast.weight == 0
    assert released.style_contrast.negatives == "exemplars"
    with pytest.raises(ValidationError, match="start when the bank is full"):
        StyleContrastConfig(start_fraction=0.05)
    with pytest.raises(ValidationError, match="Extra inputs"):
        LossConfig(contextul=3)
