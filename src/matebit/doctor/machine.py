"""Looks at the machine: processor, memory, GPU."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from matebit.doctor.finding import Finding

_LEAST_MEMORY = 4e9  # bytes; `make demo` was seen to hold 1.5 GB a job, and two run at once


def processor() -> Iterator[Finding]:
    """Cores that this process may use, and memory."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = psutil.virtual_memory()
    said = f"{cores} cores, {memory.total / 1e9:.1f} GB of memory, {memory.available / 1e9:.1f} GB free"
    if memory.available < _LEAST_MEMORY:
        do = "close other programs, or run one job at a time: snakemake --cores 1"
        yield Finding("processor", "note", said, do)
    else:
        yield Finding("processor", "good", said)


def gpu() -> Iterator[Finding]:
    """Whether PyTorch loads, and which GPU it sees."""
    try:
        import torch
    except (ImportError, OSError) as error:
        said = f"does not load ({str(error).splitlines()[0]})"
        yield Finding("PyTorch", "mend", said, "pip install --force-reinstall torch torchvision")
        return
    yield Finding("PyTorch", "good", f"{torch.__version__}, {torch.get_num_threads()} threads")
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            about = torch.cuda.get_device_properties(number)
            said = f"{about.name}, {about.total_memory / 1e9:.0f} GB"
            yield Finding(f"GPU {number}", "good", said)
    elif shutil.which("nvidia-smi") is None:
        do = "train.device: auto takes the CPU, for which the bundled experiments are made"
        yield Finding("GPU", "note", "none", do)
    elif torch.version.cuda is None:
        do = "install a build with CUDA, see https://pytorch.org/get-started/locally"
        yield Finding("GPU", "mend", "there is one, but this PyTorch was built without CUDA", do)
    else:
        do = f"update its driver to one for CUDA {torch.version.cuda}; `nvidia-smi` says what it is"
        yield Finding("GPU", "mend", "there is one, but PyTorch cannot use it", do)
