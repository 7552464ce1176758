"""Reading an extractor's weights, and running it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import nn

from matebit.errors import MatebitError


def load_weights(network: nn.Module, path: Path) -> None:
    """Fill `network`, ready for use, from a file of tensors; no code in it is executed.

    Raises `MatebitError` where the file cannot be read or does not fit; the count of batches that batch
    norms keep may be absent.
    """
    try:
        stored = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds
        raise MatebitError(f"{path} cannot be read as network weights; get the file anew") from error
    wanted = network.state_dict()
    absent = [key for key in wanted if key not in stored and not key.endswith("num_batches_tracked")]
    unknown = [key for key in stored if key not in wanted]
    wrong = [key for key in stored if key in wanted and stored[key].shape != wanted[key].shape]
    if absent or unknown or wrong:
        raise MatebitError(
            f"{path} does not fit {type(network).__name__} ({len(absent)} keys absent, {len(unknown)} "
            f"unknown, {len(wrong)} of another shape; the first: {[*absent, *unknown, *wrong][0]})"
        )
    network.load_state_dict(stored, strict=False)
    network.eval().requires_grad_(False)


@contextmanager
def extracting() -> Iterator[None]:
    """How every extractor computes: without gradients, and in one thread, whatever the process has.

    Sums in threads depend on their number, and images go to the cores one by one; what computes afterwards,
    a network that translates, say, has its threads again.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(before)
