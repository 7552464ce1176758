"""Where the work is done, and how many threads do it."""

from __future__ import annotations

import logging

import torch

from matebit.errors import MatebitError
from matebit.freed_memory import keep_freed_memory

logger = logging.getLogger("matebit")


def choose_device(wanted: str, threads: int | None = None, local_rank: int = 0) -> torch.device:
    """The device that `auto`, `cpu` or `cuda` names; says in the log which it is.

    Without `threads` the CPU has as many as PyTorch finds right (OMP_NUM_THREADS). Ranks on one machine
    take one GPU each.
    """
    if threads is not None:
        torch.set_num_threads(threads)
    cuda = torch.cuda.is_available()
    if wanted == "cuda" and not cuda:
        raise MatebitError("device: cuda is asked for, but PyTorch sees no CUDA device; use auto or cpu")
    device = torch.device("cuda", local_rank) if cuda and wanted != "cpu" else torch.device("cpu")
    if device.type == "cpu":
        logger.info("computing on the CPU with %d threads", torch.get_num_threads())
    else:
        logger.info("computing on %s", torch.cuda.get_device_name(device))
    return device


def set_up_device(wanted: str, threads: int, local_rank: int = 0) -> torch.device:
    """The device that `auto`, `cpu` or `cuda` names, made repeatable.

    The number of threads decides how sums are split, and so their last bits: it comes from the
    parameters, never from the machine's load.
    """
    device = choose_device(wanted, threads, local_rank)
    if device.type == "cpu":
        keep_freed_memory()
        # This loads PyTorch's compiler, seconds that a single translation does without.
        torch.use_deterministic_algorithms(True)
        # Filling new memory with NaN shows reads of what nothing wrote; it costs a tenth of a step.
        setattr(torch.utils.deterministic, "fill_uninitialized_memory", False)  # noqa: B010 (untyped)
    else:
        torch.backends.cudnn.benchmark = True
        # Convolutions of a float32 run may round to TF32; matrix products, among them the similarities
        # that alpha magnifies, do not.
        torch.backends.cudnn.allow_tf32 = True
        torch.backends.cuda.matmul.allow_tf32 = False
    return device
