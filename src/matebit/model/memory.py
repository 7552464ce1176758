"""The memory read of the released CelebA network."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.nn import functional as F

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
