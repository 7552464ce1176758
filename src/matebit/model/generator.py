"""The translation network, in the order of the slide "Overview of translation network"."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.errors import MatebitError
from matebit.model.blocks import build_block
from matebit.model.correspondence import Exemplar, cell_centres
from matebit.model.decoder import Decoder, SpadeDecoder
from matebit.model.encoder import Embedding, Encoder, StyleMapping
from matebit.model.layers import beside, resize_condition
from matebit.model.released_layers import Memory
from matebit.model.translation import Translation
from matebit.model.variant import variant_of
from matebit.ops.norms import l2_normalise


class Generator(nn.Module):
    """Condition x_A and exemplar y_B to an image with the one's structure and the other's style."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.variant = variant_of(config)
        self.memory_format = self.variant.memory_format
        channels, width = config.token_channels, config.ngf
        self.encoder_q = Encoder(config.require_condition_channels(), width, config.token_stride)
        self.encoder_kv = Encoder(config.exemplar_channels, width, config.token_stride)
        self.embed_q = Embedding(channels, config.require_condition_channels())
        self.embed_kv = Embedding(channels, config.exemplar_channels) if config.uses_exemplar else None
        self.memory = Memory(channels) if config.memory else None
        self.blocks = nn.ModuleList(build_block(config) for _ in range(config.blocks))
        side = config.crop_size // config.token_stride
        self.position = (
            nn.Parameter(torch.empty(1, 8 * config.pos_dim, side, side)) if config.blocks else None
        )
        self.mapping = StyleMapping(width, config.style_channels) if config.style_code else None
        one_for_all = not config.style_code and config.decoder == "adain"
        self.learned_style = nn.Parameter(torch.empty(1, config.style_channels)) if one_for_all else None
        self.decoder = SpadeDecoder(config) if config.decoder == "spade" else Decoder(config)

    def forward(
        self,
        condition: Tensor,
        exemplar: Tensor,
        exemplar_condition: Tensor | None = None,
        *,
        truth: Tensor | None = None,
        warp: bool = True,
        matches: bool = False,
        soft: bool = False,
    ) -> Translation:
        """Translate.

        `condition` (B,nc,H,W) in [0,1]; `exemplar` and `truth` (B,3,H,W) in [-1,1];
        `exemplar_condition` like `condition`, only for networks whose exemplar encoder sees it.
        `truth` is for training: its features for the feature alignment loss come back with the
        rest. `warp` and `matches` ask for the correspondence's pictures, `soft` for positions with their
        gradient.
        """
        self.check(condition, exemplar)
        condition = condition.contiguous(memory_format=self.memory_format)
        grid = (
            condition.shape[-2] // self.config.token_stride,
            condition.shape[-1] // self.config.token_stride,
        )
        condition_on_grid = resize_condition(condition, grid)
        exemplar_input = self.exemplar_input(exemplar, exemplar_condition)
        truth_input = None if truth is None else self.exemplar_input(truth, condition)

        condition_features = [l2_normalise(level) for level in self.encoder_q(condition)]
        exemplar_x4, truth_features = self.encode_exemplar(exemplar_input, truth_input)
        x = self.embed_q(condition_features[0], condition_on_grid)

        features = self.embed_exemplar(exemplar_x4, exemplar_input)
        correspondences = []
        if self.position is not None and features is not None:
            wanted = warp or self.config.decoder_sees_warp
            pooled = self.patches_of(exemplar) if wanted else None
            places = cell_centres(features.shape[-2:], like=exemplar) if soft else None
            shown = Exemplar(features, l2_normalise(features), pooled, places)
            position = self.position_at(grid)
            for block in self.blocks:
                x, correspondence = block(x, shown, condition_on_grid, position, matches=matches)
                correspondences.append(correspondence)

        style = self.style_from(features, len(condition))
        pictures = [one.warped for one in correspondences if one.warped is not None]
        if isinstance(self.decoder, SpadeDecoder):
            image = self.decoder(pictures[-1], condition)
        else:
            warped = pictures[-1] if pictures else None
            image = self.decoder(x, condition_features[1], condition_features[2], style, warped)
        return Translation(
            image=image,
            warped=pictures if warp else [],
            confidence=[1 - one.unmatched for one in correspondences],
            unmatched=[one.unmatched for one in correspondences],
            style=style,
            matches=[one.match for one in correspondences if one.match is not None],
            condition_features=condition_features,
            truth_features=truth_features,
            soft=[one.soft for one in correspondences if one.soft is not None],
        )

    def style_of(self, image: Tensor, condition: Tensor | None = None) -> Tensor:
        """Style code (B,C) of any image (B,3,H,W) in [-1,1]."""
        with self.variant.further_call(self):
            exemplar_input = self.exemplar_input(image, condition)
            x4 = l2_normalise(self.encoder_kv(exemplar_input)[0])
            return self.style_from(self.embed_exemplar(x4, exemplar_input), len(image))

    def encode_exemplar(
        self, exemplar: Tensor, truth: Tensor | None
    ) -> tuple[Tensor | None, list[Tensor] | None]:
        """x4 of the exemplar and the pyramid of the truth, L2-normalised."""
        if not self.config.uses_exemplar:
            x4 = None
            pyramid = None if truth is None else self.encoder_kv(truth)
        elif truth is None:
            x4, pyramid = self.encoder_kv(exemplar)[0], None
        else:
            x4, pyramid = self.variant.encode_both(self.encoder_kv, exemplar, truth)
        return (
            None if x4 is None else l2_normalise(x4),
            None if pyramid is None else [l2_normalise(level) for level in pyramid],
        )

    def patches_of(self, exemplar: Tensor) -> Tensor:
        """The exemplar's pixels (B,3,H,W) on the token grid, (B,3 d d,h,w) for d = `warp_detail`."""
        detail = self.config.warp_detail
        pooled = F.avg_pool2d(exemplar, self.config.token_stride // detail)
        return F.pixel_unshuffle(pooled, detail) if detail > 1 else pooled

    def embed_exemplar(self, x4: Tensor | None, exemplar_input: Tensor) -> Tensor | None:
        """Features for keys, values and style: the exemplar's own colours modulate them."""
        if x4 is None or self.embed_kv is None:
            return None
        on_grid = resize_condition(exemplar_input, (x4.shape[-2], x4.shape[-1]))
        features: Tensor = self.embed_kv(x4, on_grid)
        return features if self.memory is None else self.memory(features) + features

    def style_from(self, features: Tensor | None, batch: int) -> Tensor:
        """The exemplar's style code, or the learned one; zeros where the decoder takes none."""
        if self.learned_style is not None:
            return self.learned_style.expand(batch, -1)
        if self.mapping is None and features is not None:
            return features.new_zeros(batch, self.config.ngf)
        return self.mapping(features)  # type: ignore[misc]

    def exemplar_input(self, image: Tensor, condition: Tensor | None) -> Tensor:
        """What the exemplar's encoder reads: the image, followed by its condition where configured."""
        image = image.contiguous(memory_format=self.memory_format)
        if not self.config.condition_in_exemplar:
            return image
        if condition is None:
            raise MatebitError("this network reads the exemplar's condition too: pass exemplar_condition=")
        return beside(image, condition)

    def position_at(self, grid: tuple[int, int]) -> Tensor:
        """The learned position encoding (1,8P,h,w), resized for another size than the trained one."""
        assert self.position is not None
        if tuple(self.position.shape[-2:]) == grid:
            return self.position
        if not self.config.resize_position:
            side, stride = self.config.crop_size, self.config.token_stride
            raise MatebitError(
                f"this network was trained at {side} x {side} and is asked for "
                f"{grid[1] * stride} x {grid[0] * stride}: use its size, or load it with "
                f"resize_position=True"
            )
        return F.interpolate(self.position, grid, mode="bicubic", align_corners=False)

    def check(self, condition: Tensor, exemplar: Tensor) -> None:
        """Refuse inputs that do not fit, in words."""
        expected = self.config.require_condition_channels()
        if condition.dim() != 4 or condition.shape[1] != expected:
            raise MatebitError(
                f"condition has shape {tuple(condition.shape)}; expected (batch, {expected}, height, width)"
            )
        if exemplar.shape != (len(condition), 3, *condition.shape[-2:]):
            raise MatebitError(
                f"exemplar has shape {tuple(exemplar.shape)}; expected (batch, 3, height, width) "
                f"to go with the condition's {tuple(condition.shape)}"
            )
        step = self.config.size_step
        if condition.shape[-2] % step or condition.shape[-1] % step:
            raise MatebitError(
                f"image size {condition.shape[-1]} x {condition.shape[-2]} must be a multiple of {step}"
            )
