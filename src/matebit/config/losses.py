"""The `losses` section of a params file: every weight and form of a training step; no torch."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class StyleContrastConfig(BaseModel):
    """Contrastive style learning (slide "Contrastive style learning")."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weight: float = Field(1.0, ge=0, description="weight of the loss; 0 switches it off")
    tau: float = Field(0.07, gt=0, description="temperature")
    m: int = Field(1024, ge=1, description="negatives in the queue, at most an eighth of all images seen")
    negatives: Literal["early_generations", "exemplars"] = Field(
        "early_generations",
        description="low-quality early generations, or (released) codes of exemplars",
    )
    bank_size: int = Field(256, ge=1, description="early generated images that are kept")
    bank_fraction: float = Field(
        0.1, gt=0, le=1, description="share of training from which these images are taken, evenly"
    )
    reencoded: int = Field(8, ge=1, description="images of the bank encoded anew at each step")
    start_fraction: float = Field(0.1, ge=0, lt=1, description="share of training after which the loss acts")

    @model_validator(mode="after")
    def _check(self) -> StyleContrastConfig:
        early = self.negatives == "early_generations"
        if self.weight and early and self.start_fraction < self.bank_fraction:
            raise ValueError(
                f"losses.style_contrast.start_fraction = {self.start_fraction} lies before "
                f"the end of losses.style_contrast.bank_fraction = {self.bank_fraction}: "
                f"start when the bank is full"
            )
        return self

    def queue_length(self, training_images: int) -> int:
        """m = min(1024, images seen in training / 8), so that no code is older than m/8 steps."""
        return max(1, min(self.m, training_images // 8))


class LossConfig(BaseModel):
    """Weights under the names of the log; a weight of 0 skips the computation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    form: Literal["default", "released"] = Field(
        "default",
        description="self-reference weighted losses: mean over the self-referenced samples of all "
        "ranks, or (released) that once more divided by the batch; released also leaves the codes "
        "of style_contrast unnormalised",
    )
    no_vgg_feat: float = Field(10.0, ge=0, description="feature alignment of condition and truth")
    G_warp_self: float = Field(1000.0, ge=0, description="warped exemplar against the pooled truth")
    GAN: float = Field(10.0, ge=0, description="adversarial hinge loss, of both networks")
    GAN_Feat: float = Field(10.0, ge=0, description="feature matching on the discriminator")
    fm: float = Field(10.0, ge=0, description="perceptual features against truth where self-referenced")
    contextual: float = Field(10.0, ge=0, description="contextual loss against the exemplar")
    perc: float = Field(0.001, ge=0, description="squared perceptual distance to truth")
    perc_level: Literal["r42", "r52", "block4", "block10"] | None = Field(
        None, description="level of the loss perc; none: the network's fourth, r42 or block4"
    )
    style_loss: float = Field(10.0, ge=0, description="Gram matrices against the exemplar")
    mcl: float = Field(0.0, ge=0, description="margin contrast of positions (released: 0.01 if used)")
    known_match: float = Field(
        10.0,
        ge=0,
        description="positions of all blocks against known matches (pairs.known_matches; none, no loss); not "
        "in the published method",
    )
    pixel_l1: float = Field(
        0.0,
        ge=0,
        description="pixels against truth where self-referenced; not in the published method",
    )
    pixel_chroma: float = Field(
        0.0,
        ge=0,
        description="opponent colours of pixels, which brightness does not enter, against truth where "
        "self-referenced; not in the published method",
    )
    contextual_pono: bool = Field(
        True, description="contextual loss: centre at each position rather than each channel"
    )
    style_contrast: StyleContrastConfig = Field(
        default_factory=lambda: StyleContrastConfig.model_validate({}),
        description="contrastive style learning",
    )

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, values: Any) -> Any:
        """The released form has exemplars as negatives, and weight 0."""
        if not isinstance(values, dict) or values.get("form") != "released":
            return values
        contrast = values.get("style_contrast") or {}
        if not isinstance(contrast, dict):
            return values
        return {**values, "style_contrast": {"weight": 0.0, "negatives": "exemplars", **contrast}}

    @property
    def perceptual(self) -> bool:
        """Whether a step needs a perceptual network."""
        return bool(self.fm or self.style_loss or self.contextual or self.perc)

    def judged_by_perc(self, network: tuple[str, ...]) -> str:
        """The level of the loss perc among the five of a network."""
        return network[3] if self.perc_level is None else self.perc_level

    def levels_of(self, network: tuple[str, ...]) -> tuple[str, ...]:
        """The levels that a step needs of a network's five, fine to coarse."""
        needed: set[str] = set()
        if self.fm or self.style_loss:
            needed |= set(network)
        if self.contextual:
            needed |= set(network[2:])
        if self.perc:
            needed.add(self.judged_by_perc(network))
        return tuple(level for level in network if level in needed)
