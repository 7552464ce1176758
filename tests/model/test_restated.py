"""The blocks against slow, plain restatements: loops over positions, float64, no shared code."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from matebit.config.model import ModelConfig
from matebit.model.blocks import CoordinateAttention, build_block
from matebit.model.correspondence import Exemplar
from matebit.model.encoder import Embedding, Encoder
from matebit.model.layers import resize_condition
from matebit.ops.spectral import SpectralConv2d

SIDE, POSITION = (3, 4), 2


def randomised(module: torch.nn.Module, seed: int = 0) -> torch.nn.Module:
    rng = torch.Generator().manual_seed(seed)
    for tensor in (*module.parameters(), *module.buffers()):
        if tensor.is_floating_point():
            torch.nn.init.normal_(tensor, std=0.5, generator=rng)
    return module.double().eval()


def random(*shape: int, seed: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def unit(vector: Tensor) -> Tensor:
    return vector / (math.sqrt(float((vector * vector).sum())) + 1e-10)


def pono(x: Tensor) -> Tensor:
    out = torch.empty_like(x)
    for b in range(x.shape[0]):
        for i in range(x.shape[2]):
            for j in range(x.shape[3]):
                pixel = x[b, :, i, j]
                mean = sum(float(v) for v in pixel) / len(pixel)
                variance = sum((float(v) - mean) ** 2 for v in pixel) / (len(pixel) - 1)
                out[b, :, i, j] = (pixel - mean) / math.sqrt(variance + 1e-8)
    return out


def reflected(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int = 1) -> Tensor:
    rows = torch.cat([x[:, :, 1:2], x, x[:, :, -2:-1]], dim=2)
    padded = torch.cat([rows[..., 1:2], rows, rows[..., -2:-1]], dim=3)
    height, width = (padded.shape[2] - 3) // stride + 1, (padded.shape[3] - 3) // stride + 1
    out = torch.zeros(len(x), len(weight), height, width, dtype=x.dtype)
    for i in range(height):
        for j in range(width):
            patch = padded[:, :, i * stride : i * stride + 3, j * stride : j * stride + 3]
            out[:, :, i, j] = torch.einsum("bcij,ocij->bo", patch, weight)
    return out if bias is None else out + bias[:, None, None]


def spade(module, x: Tensor, condition: Tensor) -> Tensor:
    hidden = reflected(condition, module.shared.weight, module.shared.bias).clamp_min(0)
    gamma = reflected(hidden, module.gamma.weight, module.gamma.bias)
    beta = reflected(hidden, module.beta.weight, module.beta.bias)
    return (1 + gamma) * pono(x) + beta


def instance(x: Tensor) -> Tensor:
    mean = x.mean((2, 3), keepdim=True)
    return (x - mean) / ((x - mean).square().mean((2, 3), keepdim=True) + 1e-5).sqrt()


def prelu(x: Tensor, slope: Tensor) -> Tensor:
    return torch.where(x > 0, x, slope * x)


def effective(conv: SpectralConv2d) -> Tensor:
    matrix = conv.weight_orig.reshape(len(conv.weight_orig), -1)
    return conv.weight_orig / (conv.weight_u @ (matrix @ conv.weight_v))


def coordinate(module: CoordinateAttention, z: Tensor, norm) -> Tensor:
    def pointwise(conv, y):
        return torch.einsum("oc,bcn->bon", conv.weight[:, :, 0, 0], y) + conv.bias[:, None]

    height = z.shape[2]
    y = norm(pointwise(module.conv1, torch.cat([z.mean(3), z.mean(2)], dim=2)))
    y = y * (y + 3).clamp(0, 6) / 6
    gate_h = torch.sigmoid(pointwise(module.conv_h, y[:, :, :height]))
    gate_w = torch.sigmoid(pointwise(module.conv_w, y[:, :, height:]))
    return z * gate_h[:, :, :, None] * gate_w[:, :, None, :]


def group_norm(module):
    def norm(y: Tensor) -> Tensor:
        groups = y.reshape(len(y), module.num_groups, -1)
        mean = groups.mean(2, keepdim=True)
        scaled = (groups - mean) / (groups.var(2, unbiased=False, keepdim=True) + 1e-5).sqrt()
        return scaled.reshape(y.shape) * module.weight[:, None] + module.bias[:, None]

    return norm


def batch_norm(module):
    def norm(y: Tensor) -> Tensor:
        scaled = (y - module.running_mean[:, None]) / (module.running_var[:, None] + 1e-5).sqrt()
        return scaled * module.weight[:, None] + module.bias[:, None]

    return norm


def adaconv(module, x: Tensor, norm) -> Tensor:
    z = F.conv2d(x, module.dwconv.weight, module.dwconv.bias, padding=3, groups=x.shape[1])
    z = coordinate(module.coordinate, z, norm).permute(0, 2, 3, 1)
    z = (z - z.mean(-1, keepdim=True)) / (z.var(-1, unbiased=False, keepdim=True) + 1e-6).sqrt()
    z = z * module.norm.weight + module.norm.bias
    z = z @ module.expand.weight.T + module.expand.bias
    z = 0.5 * z * (1 + torch.erf(z / math.sqrt(2)))
    z = (z @ module.reduce.weight.T + module.reduce.bias) * module.gamma
    return z.permute(0, 3, 1, 2)


@pytest.fixture
def scene():
    """Block input X, exemplar features F, condition, position, exemplar's pixels."""
    height, width = SIDE
    return {
        "x": random(2, 32, height, width, seed=1),
        "f": random(2, 32, height, width, seed=2),
        "condition": random(2, 3, height, width, seed=3),
        "position": random(1, 8 * POSITION, height, width, seed=4),
        "pixels": random(2, 3, height, width, seed=5),
    }


def block_of(**changes):
    config = ModelConfig(ngf=4, condition_channels=3, pos_dim=POSITION, prune_dim=2, **changes)
    return randomised(build_block(config))


def run(block, scene, matches=False):
    features = scene["f"]
    normalised = torch.stack([unit_map(sample) for sample in features])
    exemplar = Exemplar(features, normalised, scene["pixels"])
    return block(scene["x"], exemplar, scene["condition"], scene["position"], matches=matches)


def unit_map(sample: Tensor) -> Tensor:
    columns = [unit(v) for v in sample.flatten(1).T]
    return torch.stack(columns, dim=1).view(sample.shape)


def tokens(sample: Tensor) -> list[Tensor]:
    return list(sample.flatten(1).T)


def projected(layer, features: Tensor, position: Tensor | None) -> list[Tensor]:
    """[L2N(features); position] through a 1x1 projection, token by token."""
    rows = [unit(v) for v in tokens(features)] if position is not None else tokens(features)
    if position is not None:
        rows = [torch.cat([row, p]) for row, p in zip(rows, tokens(position[0]), strict=True)]
    return [layer.weight[:, :, 0, 0] @ row + layer.bias for row in rows]


@pytest.mark.parametrize("confidence", ["mass", "similarity", "off"])
@pytest.mark.parametrize("mask", [True, False])
def test_mat_block(scene, confidence, mask):
    if confidence == "similarity" and not mask:
        return
    alpha = 5.0  # small enough that something is left unmatched
    block = block_of(alpha=alpha, confidence=confidence, mask=mask)
    found, correspondence = run(block, scene, matches=True)
    attention, (height, width) = block.attention, SIDE
    for b in range(2):
        query = projected(attention.to_query, scene["x"][b], scene["position"])
        key = projected(attention.to_key, scene["f"][b], scene["position"])
        value = projected(attention.to_value, scene["f"][b], None)
        pixels = tokens(scene["pixels"][b])
        x_cor, conf, warp = torch.zeros_like(scene["x"][b]), torch.zeros(1, *SIDE), []
        for u, q in enumerate(query):
            centred = q - q.mean()
            a = []
            for k in key:
                other = k - k.mean()
                a.append(float(centred @ other / (centred.norm() * other.norm())))
            masked = [max(s, 0.0) if mask else s for s in a]
            powers = [math.exp(alpha * s) for s in masked]
            weights = [p / sum(powers) for p in powers]
            i, j = divmod(u, width)
            x_cor[:, i, j] = sum(w * v for w, v in zip(weights, value, strict=True))
            warp.append(sum(w * r for w, r in zip(weights, pixels, strict=True)))
            if not mask:
                conf[0, i, j] = 1.0
            elif confidence == "similarity":
                conf[0, i, j] = sum(w * s for w, s in zip(weights, masked, strict=True))
            else:
                conf[0, i, j] = sum(w for w, s in zip(weights, a, strict=True) if s > 0)
            best = max(range(len(a)), key=a.__getitem__)
            place = [(best % width + 0.5) / width, (best // width + 0.5) / height]
            assert correspondence.match.argmax[b, :, i, j].tolist() == pytest.approx(place)
            soft = sum(w * (v % width + 0.5) / width for v, w in enumerate(weights))
            assert float(correspondence.match.soft[b, 0, i, j]) == pytest.approx(soft)
        assert torch.allclose(1 - correspondence.unmatched[b], conf.double(), atol=1e-6)
        stacked = torch.stack(warp, dim=1).view(3, *SIDE)
        assert torch.allclose(correspondence.warped[b], stacked, atol=1e-8)
        x = scene["x"][b : b + 1]
        total = x_cor[None] + x
        if mask and confidence != "off":
            condition = scene["condition"][b : b + 1]
            left = correspondence.unmatched[b : b + 1]
            total = total + left * spade(block.spade, x, condition)
        aggregated = pono(total)
        norm = group_norm(block.adaconv.coordinate.norm)
        expected = adaconv(block.adaconv, aggregated, norm) + aggregated
        assert torch.allclose(found[b : b + 1], expected, atol=1e-8)


def test_released_block(scene):
    block = block_of(variant="released")
    block.adaconv.coordinate.norm.running_var.abs_()
    found, correspondence = run(block, scene)
    attention = block.attention
    for b in range(2):
        sources = (("to_query", "x"), ("to_key", "f"), ("prune_query", "x"), ("prune_key", "f"))
        q, k, pq, pk = (
            projected(getattr(attention, layer), scene[name][b], scene["position"]) for layer, name in sources
        )
        value = projected(attention.to_value, scene["f"][b], None)
        pixels = tokens(scene["pixels"][b])
        x_cor, conf, warp = [], [], []
        for u in range(len(q)):
            logits = torch.stack([q[u] @ other for other in k]) / math.sqrt(len(q[u]))
            keep = [float(pq[u] @ other) > 0 for other in pk]
            weights = torch.exp(logits - logits.max())
            weights = weights / weights.sum()
            kept = [float(w) * m for w, m in zip(weights, keep, strict=True)]
            x_cor.append(sum(w * v for w, v in zip(kept, value, strict=True)))
            conf.append(sum(kept))
            hidden = torch.tensor([-1e4 if m else float(s) for m, s in zip(keep, logits, strict=True)])
            rejected = torch.softmax(hidden.double(), dim=0)
            warp.append(sum(w * r for w, r in zip(rejected, pixels, strict=True)))
        x, condition = scene["x"][b : b + 1], scene["condition"][b : b + 1]
        confidence = torch.tensor(conf, dtype=torch.float64).view(1, 1, *SIDE)
        assert torch.allclose(1 - correspondence.unmatched[b], confidence[0], atol=1e-8)
        warped = torch.stack(warp, dim=1).view(3, *SIDE)
        assert torch.allclose(correspondence.warped[b], warped, atol=1e-6)
        total = torch.stack(x_cor, dim=1).view(x.shape) + x
        y = pono(total + (1 - confidence) * spade(block.spade, x, condition))
        expected = y + adaconv(block.adaconv, y, batch_norm(block.adaconv.coordinate.norm))
        assert torch.allclose(found[b : b + 1], expected, atol=1e-8)


def test_vanilla_block(scene):
    block = block_of(attention="vanilla")
    found, correspondence = run(block, scene)
    attention = block.attention
    for b in range(2):
        q = torch.stack(projected(attention.to_query, scene["x"][b], scene["position"]))
        k = torch.stack(projected(attention.to_key, scene["f"][b], scene["position"]))
        v = torch.stack(projected(attention.to_value, scene["f"][b], None))
        weights = torch.softmax(q @ k.T / math.sqrt(q.shape[1]), dim=1)
        t = torch.stack(tokens(scene["x"][b])) + weights @ v
        t = F.layer_norm(t, (32,), block.norm_0.weight, block.norm_0.bias, 1e-6)
        t = t + block.reduce(F.gelu(block.expand(t)))
        t = F.layer_norm(t, (32,), block.norm_1.weight, block.norm_1.bias, 1e-6)
        assert torch.allclose(found[b], t.T.view(found[b].shape), atol=1e-8)
        assert torch.all(correspondence.unmatched[b] == 0)


def residual(module, x: Tensor) -> Tensor:
    slope = module.relu.weight
    z = prelu(instance(reflected(x, module.conv_0.weight, module.conv_0.bias)), slope)
    z = instance(reflected(z, module.conv_1.weight, module.conv_1.bias))
    return prelu(x + z, slope)


@pytest.mark.parametrize("stride", [8, 4])
def test_encoder(stride):
    encoder = randomised(Encoder(3, 4, stride))
    x = random(1, 3, 16, 16, seed=7)
    pyramid = encoder(x)
    for level, step in zip(encoder.levels, (1, 2, 2, stride // 4), strict=True):
        x = residual(level.residual, instance(reflected(x, effective(level.conv), level.conv.bias, step)))
        assert torch.allclose(pyramid.pop(), x, atol=1e-8)


def test_embedding():
    embedding = randomised(Embedding(8, 3))
    x, condition = random(1, 8, 4, 4, seed=8), random(1, 3, 4, 4, seed=9)
    slope = embedding.relu.weight
    d = prelu(spade(embedding.norm_0, x, condition), slope)
    d = reflected(d, effective(embedding.conv_0), embedding.conv_0.bias)
    d = prelu(spade(embedding.norm_1, d, condition), slope)
    d = reflected(d, effective(embedding.conv_1), embedding.conv_1.bias)
    assert torch.allclose(embedding(x, condition), prelu(x + d, slope), atol=1e-8)


def test_condition_is_read_at_every_eighth_pixel():
    condition = random(1, 2, 64, 48, seed=10)
    assert torch.equal(resize_condition(condition, (8, 6)), condition[:, :, ::8, ::8])
    assert resize_condition(condition, (64, 48)) is condition
