"""Mean absolute differences, and those of Gram matrices: values and gradients of PyTorch's own operations."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from matebit.losses.image import GRAM_WEIGHTS, gram_style
from matebit.ops.distances import sample_distances

LAYOUTS = (torch.contiguous_format, torch.channels_last)


def gram(features: torch.Tensor) -> torch.Tensor:
    flat = features.flatten(2)
    return flat @ flat.transpose(1, 2) / flat[0].numel()


@given(seed=st.integers(0, 2**16), batch=st.integers(1, 4), layout=st.sampled_from(LAYOUTS))
def test_sample_distances(seed, batch, layout):
    torch.manual_seed(seed)
    x, y = (torch.randn(batch, 3, 5, 4, dtype=torch.double) for _ in range(2))
    y[0, 0] = x[0, 0]  # equal values have no gradient
    x, y = (t.contiguous(memory_format=layout).requires_grad_() for t in (x, y))
    weights = torch.randn(batch, dtype=torch.double)
    found, plain = sample_distances(x, y), F.l1_loss(x, y, reduction="none").flatten(1).mean(dim=1)
    torch.testing.assert_close(found, plain)
    ours, theirs = (torch.autograd.grad((v * weights).sum(), (x, y)) for v in (found, plain))
    torch.testing.assert_close(ours, theirs)


def test_distances_of_half_precision_are_single():
    x = torch.full((2, 3000), 1.0, dtype=torch.bfloat16, requires_grad=True)
    distances = sample_distances(x, torch.zeros(2, 3000))
    assert distances.dtype == torch.float32
    assert distances.tolist() == [1.0, 1.0]
    distances.sum().backward()
    assert x.grad.dtype == torch.bfloat16


@pytest.mark.parametrize("layout", LAYOUTS)
def test_gram_style(layout):
    torch.manual_seed(0)
    shapes = [(2, 8, 8), (5, 4, 6), (4, 4, 4), (9, 2, 2), (9, 1, 1)]
    fake, exemplar = (
        [torch.randn(3, *shape, dtype=torch.double).contiguous(memory_format=layout) for shape in shapes]
        for _ in range(2)
    )
    leaves = [features.requires_grad_() for features in fake]
    found = gram_style(fake, exemplar)
    plain = sum(w * F.l1_loss(gram(x), gram(y)) for w, x, y in zip(GRAM_WEIGHTS, fake, exemplar, strict=True))
    torch.testing.assert_close(found, plain)
    ours, theirs = (torch.autograd.grad(value, leaves) for value in (found, plain))
    torch.testing.assert_close(ours, theirs)
    # zero but for the order in which a processor adds up
    assert float(gram_style(fake, fake).detach()) < 1e-15
