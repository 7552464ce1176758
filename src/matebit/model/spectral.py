"""Spectral normalisation (Miyato et al. 2018) with vectors that advance when told to, not when
called.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.model.reflect import reflect_conv2d


class SpectralConv2d(nn.Module):
    """A convolution whose weight is divided by an estimate of its largest singular value.

    Buffers `weight_u` and `weight_v` take one power iteration at each forward in training mode,
    unless `held`. Names and numbers are those of PyTorch's older hook.
    """

    weight_u: Tensor
    weight_v: Tensor

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        *,
        stride: int = 1,
        padding: int = 0,
        reflect: bool = False,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.stride, self.padding, self.reflect = stride, padding, reflect
        self.weight_orig = nn.Parameter(torch.empty(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.empty(outputs)) if bias else None
        self.register_buffer("weight_u", torch.empty(outputs))
        self.register_buffer("weight_v", torch.empty(inputs * kernel * kernel))
        self.advancing = True

    def _matrix(self) -> tuple[Tensor, Tensor]:
        """W as a matrix, a view of the weight: its columns in the order in which they lie in memory, channels
        last or not; and v (inputs,k,k) in that order, a view of its buffer.
        """
        v = self.weight_v.view(self.weight_orig.shape[1:])
        if self.weight_orig.is_contiguous():
            return self.weight_orig.flatten(1), v
        return self.weight_orig.permute(0, 2, 3, 1).flatten(1), v.permute(1, 2, 0)

    @torch.no_grad()
    def iterate(self, times: int = 1) -> None:
        """Power iterations: v <- n(W^T u), u <- n(W v), written into the buffers."""
        matrix, v = self._matrix()
        for _ in range(times):
            after = F.normalize(torch.mv(matrix.t(), self.weight_u), dim=0, eps=1e-12)
            v.copy_(after.view(v.shape))
            self.weight_u.copy_(F.normalize(torch.mv(matrix, after), dim=0, eps=1e-12))

    def weight(self) -> Tensor:
        """W / sigma with sigma = u.(W v); the gradient flows through W, u and v are constants."""
        if self.training and self.advancing:
            self.iterate()
        # copies: a later iteration writes into the buffers before the backward has read them
        matrix, v = self._matrix()
        u, v = self.weight_u.clone(), v.flatten().clone()
        return self.weight_orig / torch.dot(u, torch.mv(matrix, v))

    def forward(self, x: Tensor) -> Tensor:
        """(B,inputs,h,w) to (B,outputs,h',w')."""
        weight = self.weight()
        if self.reflect:
            return reflect_conv2d(x, weight, self.bias, self.padding, self.stride)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding)


def spectral_layers(module: nn.Module) -> Iterator[SpectralConv2d]:
    """Every spectrally normalised layer of a network."""
    return (layer for layer in module.modules() if isinstance(layer, SpectralConv2d))


@contextmanager
def held(module: nn.Module) -> Iterator[None]:
    """Inside, forwards of `module` leave the spectral vectors alone.

    For a second forward in the same training step (another image, or a recomputation in backward):
    the vectors advance once a step.
    """
    layers = [layer for layer in spectral_layers(module) if layer.advancing]
    for layer in layers:
        layer.advancing = False
    try:
        yield
    finally:
        for layer in layers:
            layer.advancing = True


def reconverge(module: nn.Module, times: int = 50) -> None:
    """Recompute the vectors of weights that were set rather than trained (an average, an
    initialisation).
    """
    for layer in spectral_layers(module):
        layer.iterate(times)
