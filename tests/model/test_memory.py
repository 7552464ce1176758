"""The released memory: what it reads, and its peculiar backward."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from matebit.model.released_layers import Memory


def test_read_and_backward():
    rng = torch.Generator().manual_seed(0)
    memory = Memory(6)
    memory.latent_embedding.normal_(generator=rng)
    before = memory.latent_embedding.clone()
    features = torch.randn(2, 6, 2, 3, generator=rng, requires_grad=True)
    read = memory(features)

    x = F.normalize(features.detach().flatten(2), dim=1, eps=1e-12)
    updated = before.clone()
    for b in range(2):
        similarity = before @ x[b] / 0.05
        expected = before.T @ torch.softmax(similarity, dim=0)
        assert torch.allclose(read[b].flatten(1), expected, atol=1e-4)
        for row in range(1024):
            nearest = x[b][:, similarity[row].argmax()]
            updated[row] = 0.999 * updated[row] + (1 - 0.999) * nearest

    leaf = features.detach().flatten(2).requires_grad_()
    unit = F.normalize(leaf, dim=1, eps=1e-12)
    (as_released,) = torch.autograd.grad(unit, leaf, grad_outputs=unit.detach())
    read.square().sum().backward()
    # the gradient handed on is x itself, whatever came in
    assert torch.allclose(features.grad.flatten(2), as_released, atol=1e-6)
    assert torch.allclose(memory.latent_embedding, updated, atol=1e-6)
