"""All losses of a training step, weighted, under the names of the log."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from matebit.config.losses import LossConfig
from matebit.features.network import PerceptualNetwork
from matebit.losses.alignment import feature_alignment, known_match, position_contrast, warp_matching
from matebit.losses.contextual import contextual_loss
from matebit.losses.contrast import style_contrast
from matebit.losses.image import (
    Stages,
    discriminator_hinge,
    feature_matching,
    generator_hinge,
    gram_style,
    opponent_distance,
    perceptual_distance,
    perceptual_matching,
    pixel_distance,
    self_reference_mean,
)
from matebit.model.translation import Translation


@dataclass(frozen=True)
class Target:
    """What an output is held against: `truth` and `exemplar` (B,3,H,W), `self_ref` (B,) of 0 and 1.

    `flow` (B,2,S/4,S/4): known places in the exemplar, `known` (B,) 1 where a sample has any.
    For a part of a step's batch: `self_ref_total` and `known_total`, the number of such samples of all of it
    (this part's own if None), and its `share` of the batch.
    """

    truth: Tensor
    exemplar: Tensor
    self_ref: Tensor
    self_ref_total: Tensor | None = None
    share: float = 1.0
    flow: Tensor | None = None
    known: Tensor | None = None
    known_total: Tensor | None = None

    def self_referenced(self, per_sample: Tensor, config: LossConfig) -> Tensor:
        """The mean of a loss (B,) over the self-referenced samples, in the form of `config`."""
        return self_reference_mean(per_sample, self.self_ref, config.form, self.self_ref_total, self.share)


@dataclass(frozen=True)
class StyleCodes:
    """For style_contrast: the code of the output (B,C), with gradient, and the negatives (m,C)."""

    of_output: Tensor
    negatives: Tensor


def generator_loss(
    config: LossConfig,
    translation: Translation,
    target: Target,
    *,
    fake_stages: Stages | None = None,
    real_stages: Stages | None = None,
    features: PerceptualNetwork | None = None,
    codes: StyleCodes | None = None,
    positions: Tensor | None = None,
) -> dict[str, Tensor]:
    """Weighted losses of the generator; one of weight 0 is neither computed nor among them.

    `fake_stages`, `real_stages`: the discriminator's outputs (for GAN, GAN_Feat). `features`: the
    perceptual network (fm, contextual, perc, style_loss). `codes` for style_contrast, absent until
    it starts. `positions` for mcl. Without blocks there is no G_warp_self.
    """
    losses = translation_loss(config, translation, target, codes=codes, positions=positions)
    if fake_stages is not None and real_stages is not None:
        losses |= adversarial_loss(config, fake_stages, real_stages)
    if features is not None:
        losses |= perceptual_loss(config, translation.image, target, features)
    return losses


def translation_loss(
    config: LossConfig,
    translation: Translation,
    target: Target,
    *,
    codes: StyleCodes | None = None,
    positions: Tensor | None = None,
) -> dict[str, Tensor]:
    """The losses that no other network judges: of correspondence, style code and pixels."""
    losses: dict[str, Tensor] = {}
    if config.no_vgg_feat and translation.truth_features is not None:
        aligned = feature_alignment(translation.condition_features, translation.truth_features)
        losses["no_vgg_feat"] = config.no_vgg_feat * aligned
    if config.G_warp_self and translation.warped:
        warp = target.self_referenced(warp_matching(translation.warped, target.truth), config)
        losses["G_warp_self"] = config.G_warp_self * warp
    if config.known_match and translation.soft and target.flow is not None and target.known is not None:
        apart = known_match(translation.soft, target.flow)
        mean = self_reference_mean(apart, target.known, "default", target.known_total, target.share)
        losses["known_match"] = config.known_match * mean
    if config.style_contrast.weight and codes is not None:
        contrast = style_contrast(
            codes.of_output,
            translation.style,
            codes.negatives,
            config.style_contrast.tau,
            normalise=config.form == "default",
        )
        losses["style_contrast"] = config.style_contrast.weight * contrast
    if config.mcl and positions is not None and translation.truth_features is not None:
        contrast = position_contrast(
            translation.condition_features[0], translation.truth_features[0], positions
        )
        losses["mcl"] = config.mcl * contrast
    if config.pixel_chroma:
        chroma = target.self_referenced(opponent_distance(translation.image, target.truth), config)
        losses["pixel_chroma"] = config.pixel_chroma * chroma
    if config.pixel_l1:
        pixels = target.self_referenced(pixel_distance(translation.image, target.truth), config)
        losses["pixel_l1"] = config.pixel_l1 * pixels
    return losses


def adversarial_loss(config: LossConfig, fake: Stages, real: Stages) -> dict[str, Tensor]:
    """The generator's losses by the discriminator's outputs on its image and on the truth."""
    losses: dict[str, Tensor] = {}
    if config.GAN:
        losses["GAN"] = config.GAN * generator_hinge(fake)
    if config.GAN_Feat:
        losses["GAN_Feat"] = config.GAN_Feat * feature_matching(fake, real)
    return losses


def perceptual_loss(
    config: LossConfig, image: Tensor, target: Target, features: PerceptualNetwork
) -> dict[str, Tensor]:
    """fm, contextual, perc, style_loss: the output in one pass; truth, and exemplar if read, in another."""
    if not config.perceptual:
        return {}
    levels = config.levels_of(features.levels)
    with torch.no_grad():
        reads_exemplar = bool(config.contextual or config.style_loss)
        shown = [target.truth, target.exemplar] if reads_exemplar else [target.truth]
        split = [values.chunk(len(shown)) for values in features(torch.cat(shown), levels).values()]
    fake = list(features(image, levels).values())
    real, exemplar = [parts[0] for parts in split], [parts[-1] for parts in split]
    losses = {}
    if config.fm:
        losses["fm"] = config.fm * target.self_referenced(perceptual_matching(fake, real), config)
    if config.contextual:
        cx = contextual_loss(fake[-3:], exemplar[-3:], pono=config.contextual_pono)
        losses["contextual"] = config.contextual * cx
    if config.perc:
        place = levels.index(config.judged_by_perc(features.levels))
        losses["perc"] = config.perc * perceptual_distance(fake[place], real[place])
    if config.style_loss:
        losses["style_loss"] = config.style_loss * gram_style(fake, exemplar)
    return losses


def discriminator_loss(config: LossConfig, fake: Stages, real: Stages) -> dict[str, Tensor]:
    """Weighted hinge losses of the discriminator: D_Fake and D_real."""
    return {
        "D_Fake": config.GAN * discriminator_hinge(fake, real=False),
        "D_real": config.GAN * discriminator_hinge(real, real=True),
    }
