"""Every loss against numbers of the authors' code: values within 1e-5, gradients within 1e-4."""

from __future__ import annotations

import json

import pytest
import torch
from golden_numbers import FOLDER, golden, relative, within

from matebit.config.losses import LossConfig
from matebit.features.vgg19 import caffe_input
from matebit.losses.alignment import position_contrast, warp_matching
from matebit.losses.contextual import contextual, contextual_loss
from matebit.losses.contrast import style_contrast
from matebit.losses.image import (
    discriminator_hinge,
    feature_matching,
    generator_hinge,
    gram_style,
    perceptual_distance,
    perceptual_matching,
    self_reference_mean,
)
from matebit.model.released_layers import rejected_warp, released_weights
from matebit.ops.gram import gram_difference
from matebit.ops.norms import instance_norm, l2_normalise, positional_norm


@pytest.fixture(scope="module")
def numbers():
    return golden("losses")


def features(numbers, which: str) -> list[torch.Tensor]:
    """The five levels, fine to coarse."""
    return [numbers[f"feat.{which}.{k}"] for k in range(5)]


def stages(numbers, which: str) -> list[list[torch.Tensor]]:
    return [[numbers[f"gan.{which}.{scale}.{k}"] for k in range(3)] for scale in range(2)]


def test_normalisations(numbers):
    assert relative(l2_normalise(numbers["op.x"]), numbers["op.feature_normalize"]) < 1e-6
    tiny = l2_normalise(numbers["op.x_tiny"])
    assert relative(tiny, numbers["op.feature_normalize_tiny"]) < 1e-5
    assert relative(positional_norm(numbers["op.x"]), numbers["op.positional_norm"]) < 1e-5
    shift, scale = (numbers[f"op.adain_{name}"].flatten(1) for name in ("mean", "var"))
    styled = instance_norm(numbers["op.adain_x"], scale, shift)  # the file calls them by their use
    assert relative(styled, numbers["op.adain_out"]) < 1e-5


def test_vgg_input(numbers):
    image = numbers["op.vgg_in"]
    assert relative(caffe_input(image), numbers["op.vgg_preprocessed_correct"]) < 1e-6
    plain = caffe_input(image, rescale=False)
    assert relative(plain, numbers["op.vgg_preprocessed_plain"]) < 1e-6


def test_released_attention(numbers):
    inputs = {
        name: numbers[f"attn.{name}"].double().flatten(2).requires_grad_()
        for name in ("q", "k", "q_prune", "k_prune", "v", "v2")
    }
    logits, mask = released_weights(*(inputs[n] for n in ("q", "k", "q_prune", "k_prune")))
    kept = torch.softmax(logits, dim=2) * mask
    output = torch.bmm(inputs["v"], kept.transpose(1, 2))
    warped = rejected_warp(logits, mask, inputs["v2"])
    confidence = kept.sum(dim=2)
    assert relative(logits, numbers["attn.cor_map"]) < 1e-5
    assert relative(output, numbers["attn.output"].flatten(2)) < 1e-5
    assert relative(warped, numbers["attn.output2"].flatten(2)) < 1e-5
    assert relative(confidence, numbers["attn.conf"].flatten(1)) < 1e-5
    total = sum(
        (ours * numbers[f"attn.w_{name}"].double().view(ours.shape)).sum()
        for name, ours in (("output", output), ("output2", warped), ("conf", confidence))
    )
    gradients = torch.autograd.grad(total, list(inputs.values()))
    for name, gradient in zip(inputs, gradients, strict=True):
        assert relative(gradient, numbers[f"attn.grad.{name}"].flatten(2)) < 1e-4, name


@pytest.mark.parametrize("pono", [True, False])
def test_contextual(numbers, pono):
    x = numbers["ctx.X"].double().requires_grad_()
    per_sample = contextual(x, numbers["ctx.Y"].double(), pono=pono)
    assert relative(per_sample, numbers[f"ctx.pono{pono:d}.per_sample"]) < 1e-5
    (gradient,) = torch.autograd.grad(per_sample.sum(), x)
    theirs = numbers[f"ctx.pono{pono:d}.grad_X"].double()
    ratio = (gradient * theirs).sum() / theirs.square().sum()
    assert relative(gradient / ratio.round(), theirs) < 1e-4
    assert ratio.round() in (1, 2)  # of the sum or of the mean of two samples


def test_gram_style(numbers):
    fake = [level.double().requires_grad_() for level in features(numbers, "fake")]
    reference = [level.double() for level in features(numbers, "ref")]
    loss = gram_style(fake, reference)
    assert relative(loss, numbers["style.value"]) < 1e-5
    for k, gradient in enumerate(torch.autograd.grad(loss, fake)):
        assert relative(gradient, numbers[f"style.grad.{k}"]) < 1e-4
    rows = fake[0].detach().flatten(2).transpose(1, 2)
    gram = gram_difference(rows, torch.zeros_like(rows)) / rows[0].numel()
    assert relative(gram, numbers["style.gram0"]) < 1e-5


def test_contrast(numbers):
    code = numbers["contrastive.query"].double().requires_grad_()
    others = (numbers[f"contrastive.{name}"].double() for name in ("key", "queue"))
    loss = style_contrast(code, *others, 0.07, normalise=False)
    factor = numbers["contrastive.value"] / loss
    assert torch.allclose(factor, factor.round(), rtol=1e-5)
    (gradient,) = torch.autograd.grad(loss * factor.round().item(), code)
    assert relative(gradient, numbers["contrastive.grad_query"]) < 1e-4


def test_position_contrast(numbers):
    loss = position_contrast(numbers["nce.seg_feat"], numbers["nce.img_feat"], numbers["nce.ids"])
    assert relative(loss, numbers["nce.value"]) < 1e-5


@pytest.mark.parametrize("case", ["self10", "self11", "self00"])
def test_assembled(numbers, case):
    if not (FOLDER / "losses.json").is_file():
        pytest.skip("no golden scalars")
    scalars = json.loads((FOLDER / "losses.json").read_text())["scalars"]
    self_ref = torch.tensor(scalars[f"asm.{case}.self_ref"])
    weights = LossConfig(form="released")
    fake, real = stages(numbers, "fake"), stages(numbers, "real")
    of_fake, of_real = features(numbers, "fake"), features(numbers, "real")
    warped = [numbers[f"asm.warp.{k}"] for k in range(3)]

    def self_referenced(per_sample):
        return self_reference_mean(per_sample, self_ref, "released", None)

    ours = {
        "G_warp_self": weights.G_warp_self
        * self_referenced(warp_matching(warped, numbers["asm.image.real"])),
        "GAN": weights.GAN * generator_hinge(fake),
        "GAN_Feat": weights.GAN_Feat * feature_matching(fake, real),
        "fm": weights.fm * self_referenced(perceptual_matching(of_fake, of_real)),
        "contextual": weights.contextual * contextual_loss(of_fake[2:], features(numbers, "ref")[2:]),
        "perc": weights.perc * perceptual_distance(of_fake[3], of_real[3]),
        "style_loss": weights.style_loss * gram_style(of_fake, features(numbers, "ref")),
    }
    for name, value in ours.items():
        theirs = scalars[f"asm.{case}.{name}"]
        assert abs(float(value) - theirs) <= 1e-5 * abs(theirs), name
    stored = set(within(numbers, f"asm.{case}."))
    assert stored - ours.keys() == {"no_vgg_feat", "contrastive_loss", "nceloss"}  # passed through


def test_discriminator_hinge(numbers):
    for which, real in (("fake", False), ("real", True)):
        value = discriminator_hinge(stages(numbers, which), real=real)
        assert relative(value, numbers[f"gan.D_{which}"]) < 1e-5
