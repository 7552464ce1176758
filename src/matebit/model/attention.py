"""Masked cosine attention (slide "Masked Attention"): scores, confidence, and the dense
reference.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.model.normalise import full_precision
from matebit.model.tiled_attention import Scoring, tiled_attention


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


def attend(query: Tensor, key: Tensor, value: Tensor, scoring: Scoring, backend: str) -> Attended:
    """By tiles (which one tile makes faster than the reference too), or by the reference if asked.

    Softmax and statistics in float32 also under autocast.
    """
    with torch.autocast(query.device.type, enabled=False):
        query, key, value = (full_precision(x) for x in (query, key, value))
        if backend == "dense":
            return dense_attention(query, key, value, scoring)
        return Attended(*tiled_attention(query, key, value, scoring))


@torch.no_grad()
def best_match(query: Tensor, key: Tensor, rows: int = 1024) -> Tensor:
    """Index of the most similar key of each query token: (B,T), in slabs of `rows` queries."""
    with torch.autocast(query.device.type, enabled=False):
        query, key = full_precision(query), full_precision(key)
        slabs = query.transpose(1, 2).split(rows, dim=1)
        return torch.cat([torch.bmm(slab, key).argmax(dim=2) for slab in slabs], dim=1)
