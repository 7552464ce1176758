"""The released network in plain eager PyTorch, for comparison: planes (NCHW), nothing fused, nothing shared.

Every operation is one that PyTorch has: the plain forms of `matebit.ops`, a convolution each for gamma and
beta, the decoder's self-attention with its whole matrix. A training step makes a VGG pass each for output,
truth and exemplar, then trains the generator, then the discriminator through a second pass. The numbers are
those of `variant: released`; tests/bench holds the two equal.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.features.vgg19 import GROUPS, LEVELS, Vgg19, caffe_input
from matebit.losses.step import Target, discriminator_loss, generator_loss
from matebit.model import discriminator
from matebit.model.decoder import SelfAttention
from matebit.model.layers import Spade
from matebit.ops.norms import positional_norm
from matebit.ops.switch import plain_operations
from matebit.train.batch import TrainingBatch
from matebit.train.step import TrainingStep


def spade(self: Spade, x: Tensor, condition: Tensor) -> Tensor:
    """`Spade.forward`: gamma and beta by a convolution each."""
    hidden = F.relu(self.shared(condition))
    return (1 + self.gamma(hidden)) * positional_norm(x) + self.beta(hidden)


def self_attention(self: SelfAttention, x: Tensor) -> Tensor:
    """`SelfAttention.forward` with the whole matrix of weights, (B, hw, hw/4)."""
    query = self.theta(x).flatten(2)
    key = F.max_pool2d(self.phi(x), 2).flatten(2)
    value = F.max_pool2d(self.g(x), 2).flatten(2)
    weights = torch.softmax(torch.bmm(query.transpose(1, 2), key), dim=-1)
    mixed = torch.bmm(value, weights.transpose(1, 2)).unflatten(2, x.shape[-2:])
    return x + self.gamma * self.o(mixed)


def stages(self: discriminator.Discriminator, condition: Tensor, image: Tensor) -> list[list[Tensor]]:
    """`Discriminator.forward`: the outputs of every stage of every scale, the image halved by pooling."""
    x = torch.cat([condition, image], dim=1)
    outputs = []
    for number, patches in enumerate(self.scales):
        if number:
            x = F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False)
        outputs.append(patches(x))
    return outputs


@contextmanager
def plain_networks() -> Iterator[None]:
    """Inside, the project's networks compute with their plain operations and the forwards of this file."""
    changes: list[tuple[type[nn.Module], Callable]] = [
        (Spade, spade),
        (SelfAttention, self_attention),
        (discriminator.Discriminator, stages),
    ]
    before = [part.forward for part, _ in changes]
    try:
        for part, forward in changes:
            part.forward = forward  # type: ignore[method-assign]
        with plain_operations():
            yield
    finally:
        for (part, _), forward in zip(changes, before, strict=True):
            part.forward = forward  # type: ignore[method-assign]


class PlainVgg(nn.Module):
    """VGG-19 in planes, all five levels."""

    def __init__(self, network: Vgg19) -> None:
        super().__init__()
        self.network = copy.deepcopy(network).to(memory_format=torch.contiguous_format)

    def forward(self, image: Tensor) -> dict[str, Tensor]:
        """The levels of `image` (B, 3, H, W)."""
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
        """The `levels` of `image`, `batch` images a pass."""
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

    def __call__(self, batch: TrainingBatch) -> dict[str, float]:
        """Train on `batch`; the weighted losses. To be called inside `plain_networks()`."""
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
