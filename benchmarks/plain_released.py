"""The released network in plain eager PyTorch, for comparison: planes (NCHW), nothing fused, nothing shared.

Every operation is one that PyTorch has: `F.instance_norm`, `F.prelu`, a convolution each for gamma and beta,
the decoder's self-attention with its whole matrix. A training step makes a VGG pass each for output, truth
and exemplar, then trains the generator, then the discriminator through a second pass. The numbers are those
of `variant: released`; tests/bench holds the two equal.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.features.vgg19 import GROUPS, LEVELS, Vgg19, caffe_input
from matebit.losses import adversarial, alignment, perceptual, step
from matebit.losses.gram import LEVEL_WEIGHTS
from matebit.losses.step import Target, discriminator_loss, generator_loss
from matebit.model import (
    blocks,
    correspondence,
    decoder,
    discriminator,
    encoder,
    generator,
    layers,
    reflect,
    spectral,
)
from matebit.model import released_attention as attention
from matebit.model.activation import PRelu
from matebit.model.layers import Spade
from matebit.model.normalise import TINY
from matebit.model.self_attention import SelfAttention
from matebit.model.spectral import SpectralConv2d
from matebit.train.batch import Batch
from matebit.train.step import TrainingStep


def instance_norm(x: Tensor, scale: Tensor | None = None, shift: Tensor | None = None) -> Tensor:
    y = F.instance_norm(x, eps=1e-5)
    return y if scale is None or shift is None else y * scale[:, :, None, None] + shift[:, :, None, None]


def reflect_conv2d(x: Tensor, weight: Tensor, bias: Tensor | None, border: int, stride: int = 1) -> Tensor:
    return F.conv2d(F.pad(x, (border,) * 4, mode="reflect"), weight, bias, stride)


def norm_prelu(x: Tensor, relu: PRelu, shortcut: Tensor | None = None) -> Tensor:
    y = instance_norm(x)
    return relu(y if shortcut is None else shortcut + y)


def spectral_weight(self: SpectralConv2d) -> Tensor:
    matrix = self.weight_orig.flatten(1)
    if self.training:
        with torch.no_grad():
            self.weight_v.copy_(F.normalize(torch.mv(matrix.t(), self.weight_u), dim=0, eps=1e-12))
            self.weight_u.copy_(F.normalize(torch.mv(matrix, self.weight_v), dim=0, eps=1e-12))
    u, v = self.weight_u.clone(), self.weight_v.clone()
    return self.weight_orig / torch.dot(u, torch.mv(matrix, v))


def positional_norm(x: Tensor) -> Tensor:
    variance, mean = torch.var_mean(x, dim=1, keepdim=True, correction=1)
    return (x - mean) / torch.sqrt(variance + 1e-8)


def l2_normalise(x: Tensor, eps: float = 1e-10) -> Tensor:
    return x / (x.square().sum(dim=1, keepdim=True).clamp_min(TINY).sqrt() + eps)


def spade(self: Spade, x: Tensor, condition: Tensor) -> Tensor:
    hidden = F.relu(self.shared(condition))
    return (1 + self.gamma(hidden)) * positional_norm(x) + self.beta(hidden)


def sample_distances(x: Tensor, y: Tensor) -> Tensor:
    return F.l1_loss(x, y, reduction="none").flatten(1).mean(dim=1)


def gram(features: Tensor) -> Tensor:
    flat = features.flatten(2)
    return torch.bmm(flat, flat.transpose(1, 2)) / (flat.shape[1] * flat.shape[2])


def gram_style(fake: list[Tensor], exemplar: list[Tensor]) -> Tensor:
    distances = [
        weight * F.l1_loss(gram(x), gram(y))
        for weight, x, y in zip(LEVEL_WEIGHTS, fake, exemplar, strict=True)
    ]
    return torch.stack(distances).sum()


def self_attention(self: SelfAttention, x: Tensor) -> Tensor:
    query = self.theta(x).flatten(2)
    key = F.max_pool2d(self.phi(x), 2).flatten(2)
    value = F.max_pool2d(self.g(x), 2).flatten(2)
    weights = torch.softmax(torch.bmm(query.transpose(1, 2), key), dim=-1)
    mixed = torch.bmm(value, weights.transpose(1, 2)).unflatten(2, x.shape[-2:])
    return x + self.gamma * self.o(mixed)


def stages(self: discriminator.Discriminator, condition: Tensor, image: Tensor) -> list[list[Tensor]]:
    x = torch.cat([condition, image], dim=1)
    outputs = []
    for number, patches in enumerate(self.scales):
        if number:
            x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
        outputs.append(patches(x))
    return outputs


@contextmanager
def plain_operations() -> Iterator[None]:
    """Inside, the project's networks compute with the operations of this file."""
    networks = (blocks, correspondence, decoder, discriminator, encoder, generator, layers, attention)
    changed = (*networks, reflect, spectral, adversarial, alignment, perceptual, step)
    own = {
        "instance_norm": instance_norm,
        "norm_prelu": norm_prelu,
        "positional_norm": positional_norm,
        "l2_normalise": l2_normalise,
        "reflect_conv2d": reflect_conv2d,
        "sample_distances": sample_distances,
        "gram_style": gram_style,
    }
    changes = [
        (module, name, function)
        for module in changed
        for name, function in own.items()
        if hasattr(module, name)
    ]
    changes += [
        (PRelu, "forward", nn.PReLU.forward),
        (Spade, "forward", spade),
        (SpectralConv2d, "weight", spectral_weight),
        (SelfAttention, "forward", self_attention),
        (discriminator.Discriminator, "forward", stages),
    ]
    before = [(where, name, getattr(where, name)) for where, name, _ in changes]
    try:
        for where, name, function in changes:
            setattr(where, name, function)
        yield
    finally:
        for where, name, function in before:
            setattr(where, name, function)


class PlainVgg(nn.Module):
    """VGG-19 in planes, all five levels."""

    def __init__(self, network: Vgg19) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).to(memory_format=torch.contiguous_format)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        x = caffe_input(image)
        found: dict[str, Tensor] = {}
        for group, sizes in enumerate(GROUPS, start=1):
            x = x if group == 1 else F.max_pool2d(x, 2)
            for place in range(1, len(sizes) + 1):
                layer = getattr(self.network, f"conv{group}_{place}")
                x = F.relu(F.conv2d(x, layer.weight, layer.bias, padding=1))
                if f"r{group}{place}" in LEVELS:
                    found[f"r{group}{place}"] = x
        return found


class ThreePasses(nn.Module):
    """What the losses call as features: truth and exemplar, which come as one batch, get a pass each."""

    levels = LEVELS

    def __init__(self, vgg: PlainVgg, batch: int) -> None:
        super().__init__()
        self.vgg, self.batch = vgg, batch

    def forward(self, image: Tensor, levels: tuple[str, ...]) -> dict[str, Tensor]:
        passes = [self.vgg(part) for part in image.split(self.batch)]
        return {level: torch.cat([found[level] for found in passes]) for level in levels}


class PlainStep:
    """One training step of `released`, from the weights that a `TrainingStep` has."""

    def __init__(self, like: TrainingStep, batch: int) -> None:
        self.losses = like.losses
        self.generator = copy.deepcopy(like.generator).to(memory_format=torch.contiguous_format)
        self.discriminator = copy.deepcopy(like.discriminator).to(memory_format=torch.contiguous_format)
        self.features = None if like.features is None else ThreePasses(PlainVgg(like.features), batch)
        betas = (like.train.beta1, like.train.beta2)
        rates = (like.train.lr_g, like.train.eps_g), (like.train.lr_d, 1e-8)
        networks = self.generator, self.discriminator
        self.optimisers = [
            torch.optim.Adam(network.parameters(), lr=lr, betas=betas, eps=eps, foreach=False)
            for network, (lr, eps) in zip(networks, rates, strict=True)
        ]

    def __call__(self, batch: Batch) -> dict[str, float]:
        """Train on `batch`; the weighted losses. To be called inside `plain_operations()`."""
        half = len(batch.truth)
        condition = torch.cat([batch.condition, batch.condition])
        out = self.generator(batch.condition, batch.exemplar, truth=batch.truth, warp=True)
        scales = self.discriminator(condition, torch.cat([out.image, batch.truth]))
        losses = generator_loss(
            self.losses,
            out,
            Target(batch.truth, batch.exemplar, batch.self_ref),
            fake_stages=[[stage[:half] for stage in scale] for scale in scales],
            real_stages=[[stage[half:] for stage in scale] for scale in scales],
            features=self.features,  # type: ignore[arg-type]
        )
        self._step(0, losses)
        scales = self.discriminator(condition, torch.cat([out.image.detach(), batch.truth]))
        own = discriminator_loss(
            self.losses,
            [[stage[:half] for stage in scale] for scale in scales],
            [[stage[half:] for stage in scale] for scale in scales],
        )
        self._step(1, own)
        return {name: value.item() for name, value in {**losses, **own}.items()}

    def _step(self, number: int, losses: dict[str, Tensor]) -> None:
        self.optimisers[number].zero_grad()
        torch.stack(list(losses.values())).sum().backward()
        self.optimisers[number].step()
