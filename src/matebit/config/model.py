"""The `model` section of a params file: every switch of generator and discriminator; no torch."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Width = Annotated[int, Field(ge=4, multiple_of=4)]

# What the released network fixes: its value where the file says nothing, an error where it says
# otherwise.
RELEASED: dict[str, Any] = {
    "attention": "released",
    "token_stride": 8,
    "mask": True,
    "confidence": "mass",
    "adaconv": True,
    "source_features": True,
    "style_code": True,
}


# What the image may take from the last block's warped exemplar; without such a block both are off.
WARP_SWITCHES = ("warp_in_decoder", "hue_from_warp")


class ModelConfig(BaseModel):
    """The translation network (generator) and its discriminator."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    variant: Literal["matebit", "released"] = Field(
        "matebit", description="the model of the slides, or the authors' released network exactly"
    )
    ngf: Width = Field(64, description="width C of the generator; the token features have 8C channels")
    blocks: int = Field(3, ge=0, le=5, description="number of transformer blocks; 0 = no correspondence")
    condition_channels: int | None = Field(
        None,
        ge=1,
        description="channels of the condition; filled in from the conditions stage if empty",
    )
    crop_size: int = Field(256, ge=16, description="side of the training images, in pixels")
    token_stride: Literal[8, 4] = Field(8, description="pixels per token; 4 suits images of 64 px")
    attention: Literal["masked_cosine", "vanilla", "released", "warp"] = Field(
        "masked_cosine",
        description="the MAT block's masked cosine attention, the vanilla block as baseline "
        "(mask, confidence, alpha, adaconv do not apply to it), that of the released network, or "
        "(warp) one softmax of cosine scores that warps the exemplar's pixels and nothing else",
    )
    decoder: Literal["adain", "spade"] = Field(
        "adain",
        description="features modulated by the style code, or (with attention warp) the warped "
        "exemplar and the condition by SPADE",
    )
    attention_backend: Literal["auto", "dense", "tiled"] = Field(
        "auto",
        description="the dense reference, exact tiles of linear memory, or the faster: tiles",
    )
    alpha: float = Field(100.0, gt=0, description="sharpness of the softmax over masked similarities")
    mask: bool = Field(True, description="ReLU mask on the similarities; off: softmax(alpha A), confidence 1")
    confidence: Literal["mass", "similarity", "off"] = Field(
        "mass",
        description="how sure a token is of its match: probability on similar tokens, mean masked "
        "similarity, or no unmatched term at all",
    )
    adaconv: bool = Field(True, description="AdaConv at the end of a block; off: the block ends at X_agg")
    source_features: bool = Field(True, description="features of the condition's encoder in the decoder")
    style_code: bool = Field(True, description="global style of the exemplar; off: one learned code for all")
    style_dim: int | None = Field(
        None,
        ge=1,
        description="numbers of the style code; if empty: ngf, as published. A narrow network's ngf numbers "
        "cannot tell a palette",
    )
    warp_in_decoder: bool = Field(
        False,
        description="the decoder sees the last block's warped exemplar at the three largest sizes: a path "
        "for hue, which the slides' decoder lacks (docs/model.md)",
    )
    warp_detail: Literal[1, 2, 4] = Field(
        1,
        description="pixels of the warped exemplar a side of each token; above 1 a match carries the patch "
        "of the exemplar that its token shows, not its mean colour (not in the released network)",
    )
    hue_from_warp: bool = Field(
        False,
        description="the image takes hue and saturation from the last block's warped exemplar; the decoder "
        "paints its brightness alone (docs/model.md)",
    )
    pos_dim: int = Field(16, ge=1, description="an eighth of the channels of the position encoding")
    prune_dim: int = Field(16, ge=1, description="an eighth of the pruning width (released attention)")
    resize_position: bool | None = Field(
        None,
        description="run at another size than trained at by resizing the position encoding; "
        "if empty: yes for matebit, no for released",
    )
    use_attention: bool = Field(True, description="self-attention in the decoder at a quarter of the size")
    spectral_attention: bool = Field(True, description="spectral norm in the decoder's self-attention")
    memory: bool = Field(False, description="memory read after the exemplar's embedding (released CelebA)")
    condition_in_exemplar: bool = Field(
        False,
        description="the exemplar's encoder sees the exemplar's condition too (released CelebA)",
    )
    layer_scale: float | None = Field(
        None,
        gt=0,
        description="initial layer scale of AdaConv; if empty: 1e-2 for matebit, 1e-6 for released",
    )
    init_gain: float = Field(0.02, gt=0, description="gain of the Xavier-normal initialisation")
    alike_at_start: bool = Field(
        False,
        description="queries and keys begin with the same projection, so that like features match from the "
        "first step; wants a small position_std, or every place matches itself (not in the released network)",
    )
    output_gain: float = Field(
        1.0,
        gt=0,
        description="factor on the initial weights of the decoder's last convolution; a small one keeps the "
        "first images grey, where tanh learns fastest, at an init_gain near 1",
    )
    position_std: float = Field(
        1.0,
        gt=0,
        description="deviation of the initial position encoding; at 1 it outweighs the unit-length features "
        "in queries and keys about tenfold, which a short training does not undo",
    )
    style_gain: float = Field(
        1.0,
        gt=0,
        description="factor on PyTorch's default initialisation of style network and modulators; about "
        "2.4 keeps the spread of the codes through the layers",
    )
    ndf: Annotated[int, Field(ge=1)] = Field(64, description="width of the discriminator")
    num_d: int = Field(2, ge=1, le=4, description="number of scales of the discriminator")

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, values: Any) -> Any:
        """Give every default that depends on the variant its value: a resolved file shows it."""
        if not isinstance(values, dict):
            return values
        released = values.get("variant") == "released"
        filled = dict(values)
        for key, value in RELEASED.items() if released else ():
            filled.setdefault(key, value)
        if filled.get("resize_position") is None:
            filled["resize_position"] = not released
        if filled.get("layer_scale") is None:
            filled["layer_scale"] = 1e-6 if released else 1e-2
        return filled

    @model_validator(mode="after")
    def _check(self) -> ModelConfig:
        if self.variant == "released":
            for key, value in RELEASED.items():
                if getattr(self, key) != value:
                    raise ValueError(
                        f"model.{key} = {getattr(self, key)!r} contradicts "
                        f"model.variant = 'released', "
                        f"which has {value!r}: leave the key out or choose variant 'matebit'"
                    )
            if self.memory and not self.condition_in_exemplar:
                raise ValueError(
                    "model.memory of the released network needs model.condition_in_exemplar: true"
                )
        elif self.memory:
            raise ValueError(
                "model.memory belongs to the released CelebA network: set model.variant to 'released'"
            )
        if self.variant == "released" and self.warp_detail != 1:
            raise ValueError(
                f"model.warp_detail = {self.warp_detail} contradicts model.variant = 'released', which warps "
                "one colour a token: leave the key out or choose variant 'matebit'"
            )
        if self.variant == "released" and self.style_dim not in (None, self.ngf):
            raise ValueError(
                f"model.style_dim = {self.style_dim} contradicts model.variant = 'released', whose style "
                f"code has model.ngf = {self.ngf} numbers: leave the key out or choose variant 'matebit'"
            )
        for switch in WARP_SWITCHES:
            if getattr(self, switch):
                self._check_warp_for(switch)
        if self.confidence == "similarity" and (not self.mask or self.attention != "masked_cosine"):
            raise ValueError(
                "model.confidence = 'similarity' needs the masked similarities: "
                "set model.attention to 'masked_cosine' and model.mask to true"
            )
        if (self.attention == "warp") != (self.decoder == "spade"):
            raise ValueError(
                "model.attention = 'warp' and model.decoder = 'spade' go together: set both or neither"
            )
        if self.decoder == "spade" and (self.style_code or self.blocks != 1):
            raise ValueError(
                "model.decoder = 'spade' sees one warped exemplar and no style code: set model.blocks to 1 "
                "and model.style_code to false"
            )
        if self.crop_size % self.size_step:
            raise ValueError(
                f"model.crop_size = {self.crop_size} must be a multiple of {self.size_step} "
                f"(twice model.token_stride)"
            )
        return self

    def _check_warp_for(self, switch: str) -> None:
        if self.variant == "released":
            raise ValueError(
                f"model.{switch} contradicts model.variant = 'released', whose decoder sees no warp: "
                "leave the key out or choose variant 'matebit'"
            )
        if not self.blocks:
            raise ValueError(
                f"model.{switch} needs the warped exemplar of a block, and model.blocks = 0: switch it "
                "off or use blocks"
            )
        if self.decoder == "spade":
            raise ValueError(f"model.{switch} is for model.decoder = 'adain': 'spade' sees the warp anyway")

    @property
    def decoder_sees_warp(self) -> bool:
        """Whether the image depends on the last block's warped exemplar by more than its features."""
        return self.decoder == "spade" or self.warp_in_decoder or self.hue_from_warp

    @property
    def style_channels(self) -> int:
        """Numbers of the style code."""
        return self.style_dim or self.ngf

    @property
    def size_step(self) -> int:
        """Height and width of every image must be a multiple of this."""
        return 2 * self.token_stride

    @property
    def smallest_judged(self) -> int:
        """Side of the smallest image that every scale of the discriminator can judge.

        A scale's strides 2, 2, 2, 1, 1 leave s / 8 - 2 pixels of s.
        """
        return int(24 * 2 ** (self.num_d - 1))

    @property
    def token_channels(self) -> int:
        """Channels of the token features (8C)."""
        return 8 * self.ngf

    @property
    def exemplar_channels(self) -> int:
        """Channels that the exemplar's encoder sees."""
        return 3 + (self.require_condition_channels() if self.condition_in_exemplar else 0)

    @property
    def uses_exemplar(self) -> bool:
        """False for a network that has neither correspondence nor style code."""
        return self.blocks > 0 or self.style_code

    def require_condition_channels(self) -> int:
        """`condition_channels`, or a clear error where nobody has filled it in."""
        if self.condition_channels is None:
            from matebit.errors import MatebitError

            raise MatebitError(
                "model.condition_channels is empty: set it to the condition's number of channels"
            )
        return self.condition_channels
