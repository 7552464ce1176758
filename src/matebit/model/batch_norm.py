"""Batch norm of the released network, with statistics over all ranks on every backend."""

from __future__ import annotations

import torch
from torch import Tensor, distributed, nn


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
