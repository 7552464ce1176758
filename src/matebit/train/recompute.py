"""Activations forgotten in the forward and computed again in the backward (Chen et al. 2016)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from matebit.model.blocks import MatBlock, VanillaBlock
from matebit.model.decoder import AdaptiveInstanceNormBlock, DecoderStage
from matebit.model.encoder import Embedding, EncoderLevel
from matebit.ops.reflect import borders_kept
from matebit.ops.spectral import vectors_fixed

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
