"""From query and exemplar features to a correspondence: mixed values, confidence, warp, matches."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.ops.attention import Scoring, attend, best_match, centred_unit
from matebit.ops.norms import l2_normalise
from matebit.ops.pixelwise import pixelwise


@dataclass(frozen=True)
class Exemplar:
    """What every block reads of the exemplar: features (B,8C,h,w), their L2N, its pixels and its places."""

    features: Tensor
    normalised: Tensor
    pooled: Tensor | None  # (B,3,h,w), or patches (B,3 d d,h,w); None where no warp is asked for
    places: Tensor | None = None  # (2,h*w), x and y of every cell; None where no positions are asked for


@dataclass(frozen=True)
class Match:
    """For each query token the matched position (x, y) in [0,1], cell centres: both (B,2,h,w)."""

    argmax: Tensor
    soft: Tensor


@dataclass(frozen=True)
class Correspondence:
    """X_cor (B,8C,h,w), 1 - confidence (B,1,h,w), warped exemplar (B,3,d h,d w), positions, matches.

    X_cor is empty (B,0,h,w) where nothing but pixels is warped. `soft` (B,2,h,w): the mean of the
    exemplar's places under the block's weights, with its gradient, where places were given.
    """

    correlated: Tensor
    unmatched: Tensor
    warped: Tensor | None
    match: Match | None
    soft: Tensor | None = None


class Projection(nn.Conv2d):
    """1x1 projection of [features; position]; the position's part, common to all samples, is done once."""

    def __init__(self, features: int, position: int, outputs: int) -> None:
        super().__init__(features + position, outputs, 1)
        self.features = features

    def forward(self, x: Tensor, position: Tensor) -> Tensor:  # type: ignore[override]
        """x (B,F,h,w), position (1,P,h,w) to (B,outputs,T)."""
        of_features, of_position = self.weight.split([self.features, position.shape[1]], dim=1)
        place = F.conv2d(position, of_position, self.bias)
        return (pixelwise(x, of_features) + place).flatten(2)


def cell_centres(grid: torch.Size, like: Tensor) -> Tensor:
    """(2, h*w): x and y of every token's centre on a grid (h,w), in [0,1]."""
    height, width = grid
    x = (torch.arange(width, device=like.device, dtype=like.dtype) + 0.5) / width
    y = (torch.arange(height, device=like.device, dtype=like.dtype) + 0.5) / height
    grid_y, grid_x = torch.meshgrid(y, x, indexing="ij")
    return torch.stack([grid_x.flatten(), grid_y.flatten()])


def matched_places(index: Tensor, soft: Tensor, grid: torch.Size) -> Match:
    """From the index (B,T) of the best key token and the mean position (B,2,T) of all of them."""
    argmax = cell_centres(grid, like=soft)[:, index].transpose(0, 1)
    shape = (len(soft), 2, *grid)
    return Match(argmax.reshape(shape), soft.detach().reshape(shape))


def laid_out(patches: Tensor) -> Tensor:
    """Patches (B,3 d d,h,w) of d x d pixels as the picture (B,3,d h,d w) that they make."""
    detail = math.isqrt(patches.shape[1] // 3)
    return F.pixel_shuffle(patches, detail) if detail > 1 else patches


class CrossAttention(nn.Module):
    """Cosine attention with a mask (slide "Masked Attention"), or plain softmax(QK^T/sqrt(d))V.

    q = W_q[L2N(X); pos], k = W_k[L2N(F); pos], v = W_v F for block input X and exemplar features F.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, position = config.token_channels, 8 * config.pos_dim
        self.to_query = Projection(channels, position, channels)
        self.to_key = Projection(channels, position, channels)
        self.only_pixels = config.attention == "warp"
        self.to_value = None if self.only_pixels else nn.Conv2d(channels, channels, 1)
        self.cosine = config.attention in ("masked_cosine", "warp")
        masked = config.mask and not self.only_pixels
        self.backend, self.confidence = config.attention_backend, config.confidence
        scale = config.alpha if self.cosine else channels**-0.5
        similarity = self.confidence == "similarity"
        self.scoring = Scoring(scale, self.cosine and masked, similarity=similarity)

    def forward(self, x: Tensor, exemplar: Exemplar, position: Tensor, *, matches: bool) -> Correspondence:
        """Let block input X (B,8C,h,w) find its matches in the exemplar."""
        grid = x.shape[-2:]
        query = self.to_query(l2_normalise(x), position)
        key = self.to_key(exemplar.normalised, position)
        if self.cosine:
            query, key = centred_unit(query), centred_unit(key)  # Q~/|Q~|, K~/|K~|

        # value, exemplar's pixels and positions are mixed with the same weights
        features = (
            exemplar.features[:, :0]
            if self.to_value is None
            else pixelwise(exemplar.features, self.to_value.weight, self.to_value.bias)
        )
        values = [features.flatten(2)]
        if exemplar.pooled is not None:
            values.append(exemplar.pooled.flatten(2))
        # With so few values, a product rounds by their number: the same ones, whatever is asked for.
        places = exemplar.places
        if places is None and (matches or self.only_pixels):
            places = cell_centres(grid, like=values[0])
        if places is not None:
            values.append(places.to(values[0].dtype).expand(len(x), -1, -1))
        attended = attend(query, key, torch.cat(values, dim=1), self.scoring, self.backend)
        mixed = attended.mixed.split([part.shape[1] for part in values], dim=1)

        if not self.scoring.rectified:  # without a mask conf = 1
            unmatched = torch.zeros_like(attended.unmatched)
        elif self.confidence == "similarity":
            unmatched = 1 - attended.similarity
        else:
            unmatched = attended.unmatched
        warped = None if exemplar.pooled is None else laid_out(mixed[1].unflatten(2, grid))
        match = matched_places(best_match(query, key), mixed[-1], grid) if matches else None
        soft = None if exemplar.places is None else mixed[-1].unflatten(2, grid)
        return Correspondence(mixed[0].unflatten(2, grid), unmatched.view(-1, 1, *grid), warped, match, soft)
