"""torch.compile (Ansel et al. 2024) for networks in training."""

from __future__ import annotations

import os
import platform
import shutil

from torch import nn

from matebit.errors import MatebitError


def compile_network(network: nn.Module) -> None:
    """Have the next forward and backward of `network` compiled; its names, state and copies stay as they are.

    Raises `MatebitError` where no C++ compiler is to be found, which PyTorch needs for CPU and CUDA alike.
    """
    compiler = os.environ.get("CXX") or ("clang++" if platform.system() == "Darwin" else "g++")
    if shutil.which(compiler) is None:
        raise MatebitError(
            f"train.compile needs a C++ compiler, and there is no {compiler} here: install it, name another "
            f"in the environment variable CXX, or set train.compile to false"
        )
    network.compile()
