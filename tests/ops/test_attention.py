"""Tiled attention against the dense reference."""

from __future__ import annotations

import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from matebit.bench.measure import PeakMemory
from matebit.losses import contextual as contextual_module
from matebit.model.decoder import SelfAttention
from matebit.ops import attention
from matebit.ops.attention import Scoring, attend, centred_unit, dense_attention, tiled_attention


def results(backend, tensors, scoring, probes):
    """Outputs and gradients of unit queries, unit keys, values."""
    query, key, value = tensors
    leaves = [t.detach().clone() for t in (centred_unit(query), centred_unit(key), value)]
    out = attend(*(leaf.requires_grad_() for leaf in leaves), scoring, backend)
    outputs = [out.mixed, out.unmatched, out.similarity]
    total = sum((o * p.to(o.dtype)).sum() for o, p in zip(outputs, probes, strict=True))
    return [o.detach() for o in outputs], torch.autograd.grad(total, leaves)


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    tokens=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    channels=st.integers(2, 6),
    alpha=st.sampled_from([1.0, 10.0, 100.0]),
    rectified=st.booleans(),
    tile=st.sampled_from([1, 7, 16, 64]),
)
def test_tiles_equal_dense(seed, tokens, channels, alpha, rectified, tile):
    rng = torch.Generator().manual_seed(seed)
    queries, keys = tokens
    shapes = [(2, channels, queries), (2, channels, keys), (2, 3, keys)]
    tensors = [torch.randn(shape, generator=rng, dtype=torch.float64) for shape in shapes]
    probe_shapes = [(2, 3, queries), (2, queries), (2, queries)]
    probes = [torch.randn(s, generator=rng, dtype=torch.float64) for s in probe_shapes]
    scoring = Scoring(alpha, rectified)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(attention, "TILE", tile)
        outputs, gradients = results("tiled", tensors, scoring, probes)
        exact, exact_gradients = results("dense", tensors, scoring, probes)
        singles = [t.float() for t in tensors]
        tiled_single = results("tiled", singles, scoring, probes)
        dense_single = results("dense", singles, scoring, probes)
    for ours, theirs in zip(outputs, exact, strict=True):
        assert (ours - theirs).abs().max() < 1e-12
    for ours, theirs in zip(gradients, exact_gradients, strict=True):
        assert (ours - theirs).abs().max() <= 1e-10 * max(1, theirs.abs().max())
    for ours, theirs in zip(tiled_single[0], dense_single[0], strict=True):
        assert (ours - theirs).abs().max() < 1e-5 * max(1, theirs.abs().max())
    for ours, dense, truth in zip(tiled_single[1], dense_single[1], exact_gradients, strict=True):
        largest = max(1.0, float(truth.abs().max()))
        error, reference = ((g.double() - truth).abs().max() for g in (ours, dense))
        assert error <= 3 * reference + 1e-6 * alpha * largest


def test_unmatched_is_exact_where_the_difference_would_cancel():
    query = torch.tensor([[[1.0], [0.0]]])
    key = torch.tensor([[[1.0, -1.0], [0.0, 0.0]]])
    value = torch.zeros(1, 1, 2)
    for backend in ("dense", "tiled"):
        unmatched = attend(query, key, value, Scoring(50.0, True), backend).unmatched
        assert float(unmatched) == pytest.approx(float(torch.exp(torch.tensor(-50.0))), rel=1e-5)


def test_gradient_check():
    rng = torch.Generator().manual_seed(3)
    query, key, value = (
        torch.randn(1, 3, 6, generator=rng, dtype=torch.float64, requires_grad=True) for _ in range(3)
    )

    def tiled(q, k, v):
        found = tiled_attention(q, k, v, Scoring(4.0, True))
        return found.mixed, found.unmatched, found.similarity

    assert torch.autograd.gradcheck(tiled, (query, key, value))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lowers the mark of the highest memory")
def test_many_tokens_need_no_matrix():
    """16,384 tokens: the matrix alone would be 1 GiB, a tile is 4 MiB."""
    query, key, value = (torch.randn(1, 4, 128 * 128, requires_grad=True) for _ in range(3))
    with PeakMemory(torch.device("cpu")) as memory:
        out = attend(query, key, value, Scoring(10.0, True), "tiled")
        (out.mixed.sum() + out.unmatched.sum()).backward()
    assert memory.bytes < 300 * 2**20


def test_self_attention_equals_the_written_out_product():
    layer = SelfAttention(16, spectral=False)
    for parameter in layer.parameters():
        torch.nn.init.normal_(parameter, generator=torch.Generator().manual_seed(1))
    x = torch.randn(2, 16, 6, 8, generator=torch.Generator().manual_seed(2))
    pool = torch.nn.functional.max_pool2d
    theta, phi, g = layer.theta(x), pool(layer.phi(x), 2), pool(layer.g(x), 2)
    beta = torch.softmax(torch.einsum("bcu,bcv->buv", theta.flatten(2), phi.flatten(2)), dim=2)
    mixed = torch.einsum("bcv,buv->bcu", g.flatten(2), beta).unflatten(2, (6, 8))
    assert torch.allclose(layer(x), x + layer.gamma * layer.o(mixed), atol=1e-5)


def test_contextual_tiles(monkeypatch):
    rng = torch.Generator().manual_seed(5)
    x, y = (torch.randn(2, 5, 6, 7, generator=rng, dtype=torch.float64) for _ in range(2))
    found = []
    for above in (10**6, 1):
        monkeypatch.setattr(contextual_module, "TILED_ABOVE", above)
        monkeypatch.setattr(contextual_module, "TILE", 10)
        leaf = x.clone().requires_grad_()
        loss = contextual_module.contextual(leaf, y).sum()
        found.append((loss.detach(), *torch.autograd.grad(loss, leaf)))
    for one, other in zip(*found, strict=True):
        assert torch.allclose(one, other, rtol=1e-12, atol=1e-14)


def test_dense_is_a_softmax():
    rng = torch.Generator().manual_seed(6)
    query, key, value = (torch.randn(1, 3, 4, generator=rng) for _ in range(3))
    ones = dense_attention(query, key, torch.ones_like(value), Scoring(5.0, True)).mixed
    assert torch.allclose(ones, torch.ones_like(ones))
