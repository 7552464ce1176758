"""Masked cosine attention (slide "Masked Attention") by tiles, exact; its plain form has the whole matrix.

Memory is linear in the number of tokens: query and key tiles with a running maximum and running sums (online
softmax, Milakov and Gimelshein 2018; Dao et al. 2022); the weights are recomputed in the backward. The
confidence needs no second pass: it is a second running sum, over the weights with A <= 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from matebit.ops.norms import full_precision
from matebit.ops.switch import operation

TILE = 1024


@dataclass(frozen=True)
class Scoring:
    """How a similarity A(u,v) = q(u).k(v) becomes a logit: scale * ReLU(A), or scale * A.

    `similarity`: whether the mean masked similarity is wanted.
    """

    scale: float
    rectified: bool
    similarity: bool = True


@dataclass(frozen=True)
class Attended:
    """What a query token gets: mixed values (B,V,T); the other two are (B,T), 0 without a mask.

    `unmatched` is the probability where A <= 0 (1 - confidence: the difference would cancel
    in float32), `similarity` the mean of the masked similarity.
    """

    mixed: Tensor
    unmatched: Tensor
    similarity: Tensor


def centred_unit(x: Tensor) -> Tensor:
    """x~ / |x~| with x~ = x - mean over channels, for x (B,D,T): A is then a cosine in [-1,1]."""
    x = full_precision(x)
    return F.normalize(x - x.mean(dim=1, keepdim=True), dim=1)


def _tiles(tokens: int) -> list[slice]:
    return [slice(start, min(start + TILE, tokens)) for start in range(0, tokens, TILE)]


def _logits(query: Tensor, key: Tensor, scoring: Scoring) -> Tensor:
    similarity = torch.bmm(query, key)
    return (similarity.relu_() if scoring.rectified else similarity).mul_(scoring.scale)


class _TiledAttention(Function):
    """Forward: online softmax over key tiles. Backward: D = dO.O + du*u + ds*s per query."""

    @staticmethod
    def forward(
        ctx: Any, query: Tensor, key: Tensor, value: Tensor, scoring: Scoring
    ) -> tuple[Tensor, Tensor, Tensor]:
        batch, _, queries = query.shape
        # channels last, as the features to which they are added
        mixed = value.new_empty(batch, queries, value.shape[1]).transpose(1, 2)
        unmatched, similar, log_sum = (value.new_zeros(batch, queries) for _ in range(3))
        for rows in _tiles(queries):
            q = query[:, :, rows].transpose(1, 2)
            top = q.new_full(q.shape[:2], -torch.inf)
            total, rejected, masked = (torch.zeros_like(top) for _ in range(3))
            sums = value.new_zeros(batch, q.shape[1], value.shape[1])
            for columns in _tiles(key.shape[2]):
                logits = _logits(q, key[:, :, columns], scoring)
                new_top = torch.maximum(top, logits.amax(dim=2))
                shrink = torch.exp(top - new_top)
                weights = (logits - new_top.unsqueeze(2)).exp_()
                total = total * shrink + weights.sum(dim=2)
                if scoring.rectified:
                    # A <= 0 means a logit of exactly 0, a weight of exp(-top)
                    zeros = logits.shape[2] - logits.sign().sum(dim=2)
                    rejected = rejected * shrink + zeros * torch.exp(-new_top)
                    if scoring.similarity:
                        masked = masked * shrink + (weights * logits).sum(dim=2) / scoring.scale
                sums.mul_(shrink.unsqueeze(2)).baddbmm_(weights, value[:, :, columns].transpose(1, 2))
                top = new_top
            mixed[:, :, rows] = sums.div_(total.unsqueeze(2)).transpose(1, 2)
            unmatched[:, rows] = rejected / total
            similar[:, rows] = masked / total
            log_sum[:, rows] = top + total.log()
        ctx.scoring = scoring
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(query, key, value, mixed, unmatched, similar, log_sum)
        return mixed, unmatched, similar

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        query, key, value, mixed, unmatched, similar, log_sum = ctx.saved_tensors
        scoring = ctx.scoring
        d_mixed, d_unmatched, d_similar = grads
        d_mixed = torch.zeros_like(mixed) if d_mixed is None else d_mixed
        d_query, d_key, d_value = (torch.zeros_like(x) for x in (query, key, value))
        # D = sum over v of A~ dA~, known from the outputs alone
        inner = (d_mixed * mixed).sum(dim=1)
        for gradient, output in ((d_unmatched, unmatched), (d_similar, similar)):
            if gradient is not None:
                inner.addcmul_(gradient, output)
        for rows in _tiles(query.shape[2]):
            q = query[:, :, rows].transpose(1, 2)
            d_out = d_mixed[:, :, rows]
            for columns in _tiles(key.shape[2]):
                logits = _logits(q, key[:, :, columns], scoring)
                weights = (logits - log_sum[:, rows, None]).exp_()
                d_value[:, :, columns].baddbmm_(d_out, weights)
                d_logits = torch.bmm(d_out.transpose(1, 2), value[:, :, columns])
                d_logits -= inner[:, rows, None]
                if scoring.rectified and d_similar is not None:
                    # of the masked similarity itself, s = sum A~ A_mask: A~ (A_mask - s + 1/scale)
                    d_logits += d_similar[:, rows, None] * ((logits + 1) / scoring.scale)
                d_similarity = d_logits.mul_(weights)
                if scoring.rectified:
                    # ReLU'(0) = 0: where A <= 0, and with it the direct part of 1 - conf, nothing
                    # flows
                    torch.ops.aten.threshold_backward.grad_input(
                        d_similarity, logits, 0, grad_input=d_similarity
                    )
                d_query[:, :, rows].baddbmm_(
                    key[:, :, columns], d_similarity.transpose(1, 2), alpha=scoring.scale
                )
                d_key[:, :, columns].baddbmm_(q.transpose(1, 2), d_similarity, alpha=scoring.scale)
        return d_query, d_key, d_value, None


def dense_attention(query: Tensor, key: Tensor, value: Tensor, scoring: Scoring) -> Attended:
    """Reference with the whole T x T matrix. query, key (B,D,T), value (B,V,T)."""
    similarity = torch.bmm(query.transpose(1, 2), key)  # A(u,v)
    masked = F.relu(similarity) if scoring.rectified else similarity  # A_mask = ReLU(A)
    weights = torch.softmax(scoring.scale * masked, dim=2)  # A~ = softmax_v(alpha A_mask)
    mixed = torch.bmm(value, weights.transpose(1, 2))  # X_cor = A~ v
    if not scoring.rectified:
        nothing = mixed.new_zeros(mixed.shape[0], mixed.shape[2])
        return Attended(mixed, nothing, nothing)
    unmatched = (weights * (similarity <= 0)).sum(dim=2)  # 1 - conf = sum of A~ where A <= 0
    return Attended(mixed, unmatched, (weights * masked).sum(dim=2))


@operation(dense_attention)
def tiled_attention(query: Tensor, key: Tensor, value: Tensor, scoring: Scoring) -> Attended:
    """As `dense_attention`; the similarity is 0 where it is not wanted: nothing reads it there."""
    return Attended(*_TiledAttention.apply(query, key, value, scoring))


def attend(query: Tensor, key: Tensor, value: Tensor, scoring: Scoring, backend: str) -> Attended:
    """By tiles (which one tile makes faster than the reference too), or by the reference if asked.

    Softmax and statistics in float32 also under autocast.
    """
    with torch.autocast(query.device.type, enabled=False):
        query, key, value = (full_precision(x) for x in (query, key, value))
        return (dense_attention if backend == "dense" else tiled_attention)(query, key, value, scoring)


@torch.no_grad()
def best_match(query: Tensor, key: Tensor, rows: int = 1024) -> Tensor:
    """Index of the most similar key of each query token: (B,T), in slabs of `rows` queries."""
    with torch.autocast(query.device.type, enabled=False):
        query, key = full_precision(query), full_precision(key)
        slabs = query.transpose(1, 2).split(rows, dim=1)
        return torch.cat([torch.bmm(slab, key).argmax(dim=2) for slab in slabs], dim=1)
