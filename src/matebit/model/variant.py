"""What tells the model of the slides and the authors' released network apart, an object each, chosen once."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, distributed, nn

from matebit.config.model import ModelConfig
from matebit.ops.spectral import vectors_fixed

Pyramid = list[Tensor]
"""Features [x4, x3, x2, x1] of an encoder, the token grid first."""


class SharedBatchNorm(nn.BatchNorm2d):
    """nn.BatchNorm2d; with several ranks its statistics are those of the whole batch.

    PyTorch's SyncBatchNorm refuses the CPU, hence an all-reduce of our own.
    """

    def forward(self, input: Tensor) -> Tensor:
        """(B,C,h,w) to the same shape."""
        ranks = distributed.get_world_size() if distributed.is_initialized() else 1
        if ranks == 1 or not self.training:
            return super().forward(input)
        from torch.distributed.nn.functional import all_reduce

        count = input.numel() // input.shape[1] * ranks  # every rank has the same batch
        mean = all_reduce(input.sum((0, 2, 3))) / count
        variance = all_reduce((input - mean.view(1, -1, 1, 1)).square().sum((0, 2, 3))) / count
        with torch.no_grad():
            self.running_mean.lerp_(mean, self.momentum)  # type: ignore[union-attr,arg-type]
            self.running_var.lerp_(variance * count / (count - 1), self.momentum)  # type: ignore
            self.num_batches_tracked.add_(1)  # type: ignore[union-attr]
        # F.batch_norm takes statistics as given, without a gradient through them
        scale = self.weight * torch.rsqrt(variance + self.eps)
        shift = self.bias - mean * scale
        return torch.addcmul(shift.view(1, -1, 1, 1), input, scale.view(1, -1, 1, 1))


class Slides:
    """The model of the slides."""

    memory_format = torch.channels_last  # a quarter faster on the CPU
    warps_rejected = False  # a learned mask's warp is over all weights
    one_rule = (
        False  # style network, modulators, keys and the last layer have rules of their own at the start
    )

    def gate_norm(self, channels: int) -> nn.Module:
        """The norm of coordinate attention: no output depends on its companions in the batch."""
        return nn.GroupNorm(math.gcd(channels, 4), channels)

    def further_call(self, network: nn.Module) -> AbstractContextManager[None]:
        """Around a network's further calls in a step: its spectral vectors advance once a step."""
        return vectors_fixed(network)

    def encode_both(self, encoder: nn.Module, exemplar: Tensor, truth: Tensor) -> tuple[Tensor, Pyramid]:
        """x4 of the exemplar and the pyramid of the truth, as one batch."""
        both = [level.chunk(2) for level in encoder(torch.cat([exemplar, truth]))]
        return both[0][0], [level[1] for level in both]


class Released:
    """The authors' network, which rounds as theirs does."""

    memory_format = torch.contiguous_format
    warps_rejected = True
    one_rule = True

    def gate_norm(self, channels: int) -> nn.Module:
        """The norm of coordinate attention: a batch norm."""
        return SharedBatchNorm(channels)

    def further_call(self, network: nn.Module) -> AbstractContextManager[None]:
        """Around a network's further calls in a step: its spectral vectors advance at each."""
        return nullcontext()

    def encode_both(self, encoder: nn.Module, exemplar: Tensor, truth: Tensor) -> tuple[Tensor, Pyramid]:
        """x4 of the exemplar and the pyramid of the truth, one after the other: the vectors advance twice."""
        return encoder(exemplar)[0], encoder(truth)


Variant = Slides | Released


def variant_of(config: ModelConfig) -> Variant:
    """The one that the configuration names."""
    return Released() if config.variant == "released" else Slides()
