"""How networks compute in training: compiled, or with activations forgotten and computed again."""

from __future__ import annotations

import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from matebit.errors import MatebitError
from matebit.model.blocks import MatBlock, VanillaBlock
from matebit.model.decoder import AdaptiveInstanceNormBlock, DecoderStage
from matebit.model.encoder import Embedding, EncoderLevel
from matebit.ops.reflect import borders_kept
from matebit.ops.spectral import vectors_fixed


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


_PARTS = (EncoderLevel, Embedding, MatBlock, VanillaBlock, DecoderStage, AdaptiveInstanceNormBlock)


@contextmanager
def _again(module: nn.Module) -> Iterator[None]:
    """The second forward: the spectral vectors have advanced already."""
    with borders_kept(), vectors_fixed(module):
        yield


def _forgetful(module: nn.Module, *inputs: Any, **named: Any) -> Any:
    plain = partial(type(module).forward, module, **named)
    if not torch.is_grad_enabled():
        return plain(*inputs)
    return checkpoint(
        plain,
        *inputs,
        use_reentrant=False,
        preserve_rng_state=False,  # nothing here draws
        context_fn=lambda: (borders_kept(), _again(module)),
    )


def recompute_activations(network: nn.Module) -> None:
    """From now on the parts of `network` keep their inputs alone between forward and backward."""
    for module in network.modules():
        if isinstance(module, _PARTS):
            module.forward = partial(_forgetful, module)  # type: ignore[method-assign]
