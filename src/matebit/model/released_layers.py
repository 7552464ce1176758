"""What only the released networks have: attention with a learned 0/1 mask, and the memory."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.model.correspondence import (
    Correspondence,
    Exemplar,
    Projection,
    cell_centres,
    laid_out,
    matched_places,
)
from matebit.model.variant import variant_of
from matebit.ops.norms import full_precision, l2_normalise


class StepFunction(Function):
    """1 where the score is above 0, else 0; backward with the derivative of a sigmoid."""

    @staticmethod
    def forward(ctx: Any, score: Tensor) -> Tensor:
        """Scores to 0 and 1."""
        ctx.save_for_backward(score)
        return (score > 0).to(score.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        """Through sigma(score) (1 - sigma(score))."""
        (score,) = ctx.saved_tensors
        gate = torch.sigmoid(score)
        return grads[0] * gate * (1 - gate)


def released_weights(
    query: Tensor, key: Tensor, prune_query: Tensor, prune_key: Tensor
) -> tuple[Tensor, Tensor]:
    """Logits and 0/1 mask, both (B,T,T).

    Of query and key (B,E,T), prune_query and prune_key (B,8R,T).
    """
    logits = torch.bmm(query.transpose(1, 2), key) / query.shape[1] ** 0.5
    score = torch.bmm(prune_query.transpose(1, 2), prune_key) / prune_query.shape[1]
    return logits, StepFunction.apply(score)  # type: ignore[return-value]


def rejected_warp(logits: Tensor, mask: Tensor, pooled: Tensor) -> Tensor:
    """The released training warp (B,3,T): the kept tokens are the ones it hides.

    Inherited from DynaST; a row in which every token is kept becomes uniform. No gradient reaches
    the pruning branch.
    """
    hidden = logits.masked_fill(mask.bool(), -1e4)
    return torch.bmm(pooled, torch.softmax(hidden, dim=2).transpose(1, 2))


class ReleasedAttention(nn.Module):
    """Scaled dot product of learned projections; the mask comes from two pruning projections."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        channels, position = config.token_channels, 8 * config.pos_dim
        both, prune = channels + position, 8 * config.prune_dim
        self.to_query = Projection(channels, position, both)
        self.to_key = Projection(channels, position, both)
        self.to_value = nn.Conv2d(channels, channels, 1)
        self.prune_query = Projection(channels, position, prune)
        self.prune_key = Projection(channels, position, prune)
        self.warps_rejected = variant_of(config).warps_rejected

    def forward(self, x: Tensor, exemplar: Exemplar, position: Tensor, *, matches: bool) -> Correspondence:
        """Let block input X (B,8C,h,w) find its matches in the exemplar; no output is renormalised."""
        grid = x.shape[-2:]
        normalised = l2_normalise(x)
        with torch.autocast(x.device.type, enabled=False):
            logits, mask = released_weights(
                full_precision(self.to_query(normalised, position)),
                full_precision(self.to_key(exemplar.normalised, position)),
                full_precision(self.prune_query(normalised, position)),
                full_precision(self.prune_key(exemplar.normalised, position)),
            )
            weights = torch.softmax(logits, dim=2)
            kept = weights * mask  # after the softmax, not renormalised
            value = full_precision(self.to_value(exemplar.features).flatten(2))
            correlated = torch.bmm(value, kept.transpose(1, 2)).unflatten(2, grid)
            confidence = kept.sum(dim=2).view(-1, 1, *grid)
            warped = None
            if exemplar.pooled is not None:
                pooled = full_precision(exemplar.pooled.flatten(2))
                warped = laid_out(
                    (
                        rejected_warp(logits, mask, pooled)
                        if self.warps_rejected
                        else torch.bmm(pooled, weights.transpose(1, 2))
                    ).unflatten(2, grid)
                )
        match = soft = None
        if exemplar.places is not None:
            # over all weights: a token whose every match is pruned has a position too
            soft = torch.einsum("cv,buv->bcu", exemplar.places.to(weights.dtype), weights).unflatten(2, grid)
        if matches:
            kept = kept.detach()
            centres = cell_centres(grid, like=kept)
            mean = torch.einsum("cv,buv->bcu", centres, kept) / kept.sum(dim=2).clamp_min(1e-8)[:, None]
            match = matched_places(kept.argmax(dim=2), mean, grid)
        return Correspondence(correlated, 1 - confidence, warped, match, soft)


ROWS = 1024


class MemoryRead(Function):
    """softmax(M x / tau) over the rows of M, times M.

    Backward as released, and wrong on purpose: the gradient handed to x is x itself, whatever comes
    in, and the rows of M move towards the tokens most similar to them.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, rows: Tensor, alpha: Tensor, tau: Tensor) -> Tensor:
        """`x` (B,8C,T) and `rows` (1024,8C) to what is read, (B,8C,T)."""
        similarity = torch.matmul(rows, x) / tau  # (B,1024,T)
        ctx.save_for_backward(x, similarity, alpha)
        ctx.rows = rows
        return torch.matmul(rows.t(), torch.softmax(similarity, dim=1))

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient of x is x; the rows move."""
        x, similarity, alpha = ctx.saved_tensors
        with torch.no_grad():
            for sample, nearest in zip(x, similarity.argmax(dim=2), strict=True):
                # M[r] = alpha M[r] + (1 - alpha) x[:, token most similar to r]
                ctx.rows.mul_(alpha).add_((1 - alpha) * sample[:, nearest].t())
        return x, None, None, None


class Memory(nn.Module):
    """1024 rows of token features, read by similarity; nothing in it is trained by gradients."""

    latent_embedding: Tensor
    alpha: Tensor
    tau: Tensor

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("latent_embedding", torch.empty(ROWS, channels))
        self.register_buffer("alpha", torch.tensor([0.999]))
        self.register_buffer("tau", torch.tensor([0.05]))

    def forward(self, features: Tensor) -> Tensor:
        """(B,8C,h,w) to the same shape: what the memory adds to the exemplar's features."""
        x = F.normalize(features.flatten(2), dim=1, eps=1e-12)
        read = MemoryRead.apply(x, self.latent_embedding, self.alpha, self.tau)
        return read.unflatten(2, features.shape[-2:])  # type: ignore[union-attr]
