"""The processes that train together: each has a share of every batch, and all have the same weights.

Gradients are summed, not averaged: every rank weighs its losses with its share of the batch, as the parts
of an accumulated batch do, so N ranks give the gradient of one process. PyTorch's DistributedDataParallel
is not used because a step calls the generator several times (output, style codes) and takes the gradients
of two networks from one graph; here one sum a network follows the backward.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed

from matebit.errors import MatebitError

_BUCKET = 2**24  # numbers summed at once: 64 MiB of float32


class LostRank(MatebitError):
    """Another process of the training has ended, or its machine cannot be reached any more."""


@contextmanager
def _together() -> Iterator[None]:
    """What a library of communication says of a lost process becomes a `LostRank`."""
    try:
        yield
    except RuntimeError as error:
        said = str(error).splitlines()[0].rsplit("] ", 1)[-1]
        raise LostRank(
            f"another process of this training has ended or cannot be reached ({said}); the same commands go "
            "on from the last state"
        ) from error


@dataclass(frozen=True)
class Ranks:
    """This process, `rank` of `count`; alone, every method is the identity."""

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Does this process write the files?"""
        return self.rank == 0

    def sum(self, values: Tensor) -> Tensor:
        """The sum over ranks, the same bytes on each."""
        if self.count > 1:
            values = values.clone()
            with _together():
                distributed.all_reduce(values)
        return values

    def largest(self, number: int, device: torch.device) -> int:
        """The largest of the ranks' numbers."""
        if self.count == 1:
            return number
        value = torch.tensor(number, device=device)
        with _together():
            distributed.all_reduce(value, distributed.ReduceOp.MAX)
        return int(value)

    def interleaved(self, items: Tensor) -> Tensor:
        """Of each rank's (n,...) the (n * count,...) in the order of the batch.

        Rank r holds the items r, r + count, r + 2 count and so on.
        """
        if self.count == 1:
            return items
        parts = [torch.empty_like(items, memory_format=torch.contiguous_format) for _ in range(self.count)]
        with _together():
            distributed.all_gather(parts, items.contiguous())
        return torch.stack(parts, dim=1).flatten(0, 1)

    def names(self, own: list[str]) -> list[str]:
        """The ids of the whole batch; slow, for messages."""
        if self.count == 1:
            return own
        parts: list[list[str]] = [[] for _ in range(self.count)]
        with _together():
            distributed.all_gather_object(parts, own)
        return [name for together in zip(*parts, strict=True) for name in together]

    @torch.no_grad()
    def sum_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Replace every gradient by its sum over ranks, in buckets."""
        if self.count == 1:
            return
        bucket: list[Tensor] = []
        for parameter in parameters:
            if parameter.grad is None:  # of what a step does not use, on every rank alike
                continue
            bucket.append(parameter.grad)
            if sum(grad.numel() for grad in bucket) >= _BUCKET:
                self._sum_bucket(bucket)
                bucket = []
        if bucket:
            self._sum_bucket(bucket)

    @staticmethod
    def _sum_bucket(bucket: list[Tensor]) -> None:
        flat = torch.cat([grad.flatten() for grad in bucket])
        with _together():
            distributed.all_reduce(flat)
        for grad, total in zip(bucket, flat.split([grad.numel() for grad in bucket]), strict=True):
            grad.copy_(total.view_as(grad))

    def wait(self) -> None:
        """Until every rank is here."""
        if self.count > 1:
            with _together():
                distributed.barrier()


ALONE = Ranks()
