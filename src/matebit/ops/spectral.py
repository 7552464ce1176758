"""Spectral normalisation (Miyato et al. 2018), whose vectors advance when told to, not when called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from matebit.ops.reflect import reflect_conv2d
from matebit.ops.switch import operation


def _rows(weight: Tensor, *, planes: bool) -> Tensor:
    """(O,C,k,k) as a matrix of O rows, a view of a weight that lies so.

    Its columns stand in the published order (`planes`), or in that in which they lie channels last.
    """
    return weight.flatten(1) if planes else weight.permute(0, 2, 3, 1).flatten(1)


def _unit(x: Tensor) -> Tensor:
    """x (n,) with length 1."""
    return x / torch.linalg.vector_norm(x).clamp_min(1e-12)


class _Divided(Function):
    """W / sigma for sigma = u.(W v), u and v constants; backward (g - (g.W / sigma) u v^T) / sigma.

    Keeps W / sigma, which the convolution keeps too.
    """

    @staticmethod
    def forward(ctx: Any, weight: Tensor, u: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
        ctx.planes = weight.is_contiguous()
        divided = weight / sigma
        ctx.save_for_backward(divided, u, v, sigma)
        return divided

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        divided, u, v, sigma = ctx.saved_tensors
        rows = _rows(grads[0] / sigma, planes=ctx.planes)
        along = torch.dot(rows.reshape(-1), _rows(divided, planes=ctx.planes).reshape(-1))
        rows.addr_(u * -along, v)
        outputs, inputs, high, wide = divided.shape
        if ctx.planes:
            return rows.view(divided.shape), None, None, None
        return rows.view(outputs, high, wide, inputs).permute(0, 3, 1, 2), None, None, None


def _plain_divided(weight: Tensor, u: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
    """Sigma is computed again: here its gradient is autograd's."""
    return weight / torch.dot(u, torch.mv(_rows(weight, planes=weight.is_contiguous()), v))


@operation(_plain_divided)
def divided_by_sigma(weight: Tensor, u: Tensor, v: Tensor, sigma: Tensor) -> Tensor:
    """W (O,C,k,k) over sigma = u.(W v), which is given; u (O,) and v (C k k,), as `_rows` lie, constant."""
    return _Divided.apply(weight, u, v, sigma)  # type: ignore[no-any-return]


class SpectralConv2d(nn.Module):
    """A convolution whose weight is divided by an estimate of its largest singular value.

    Buffers `weight_u` and `weight_v` take one power iteration at each forward in training mode,
    unless `vectors_fixed`. Names and numbers are those of PyTorch's older hook.
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
        self._shared: Tensor | None = None

    def _matrix(self) -> tuple[Tensor, Tensor]:
        """W as a matrix (`_rows`) and v (inputs,k,k) in the order of its columns, as views."""
        weight, v = self.weight_orig.detach(), self.weight_v.view(self.weight_orig.shape[1:])
        planes = weight.is_contiguous()
        return _rows(weight, planes=planes), v if planes else v.permute(1, 2, 0)

    @torch.no_grad()
    def iterate(self, times: int = 1) -> tuple[Tensor, Tensor, Tensor]:
        """Power iterations: v <- n(W^T u), u <- n(W v), written into the buffers.

        Returns u, v in the order of `_matrix`, and W v.
        """
        (rows, stored), u = self._matrix(), self.weight_u
        for _ in range(times):
            v = _unit(torch.mv(rows.t(), u))
            product = torch.mv(rows, v)
            u = _unit(product)
        stored.copy_(v.view(stored.shape))
        self.weight_u.copy_(u)
        return u, v, product

    @torch.no_grad()
    def converge(self) -> None:
        """The vectors that power iterations tend to: the singular pair of the largest singular value.

        Where the next one is nearly as large, hundreds of iterations would end at neither.
        """
        rows, stored = self._matrix()
        rows = rows.double()
        u = torch.linalg.eigh(rows @ rows.t()).eigenvectors[:, -1]
        stored.copy_(_unit(torch.mv(rows.t(), u)).view(stored.shape))
        self.weight_u.copy_(u)

    def weight(self) -> Tensor:
        """W / sigma with sigma = u.(W v); the gradient flows through W, u and v constant."""
        if self._shared is not None:
            return self._shared
        if self.training and self.advancing:
            u, v, product = self.iterate()
        else:
            # copies: a later iteration writes into the buffers before the backward has read them
            rows, stored = self._matrix()
            u, v = self.weight_u.clone(), stored.flatten().clone()
            product = torch.mv(rows, v)
        return divided_by_sigma(self.weight_orig, u, v, torch.dot(u, product))

    def share(self) -> None:
        """Advance the vectors once, if they do, and keep W / sigma for all forwards until `forget`."""
        self._shared = self.weight()

    def forget(self) -> None:
        """End the sharing of one W / sigma."""
        self._shared = None

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
def vectors_fixed(module: nn.Module) -> Iterator[None]:
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


@contextmanager
def weights_shared(module: nn.Module) -> Iterator[None]:
    """Inside, all forwards of `module` share one W / sigma and its backward; the vectors advance on entering.

    For the passes of one training step: the weights must not change inside, and a graph that was used up must
    not be needed again.
    """
    layers = list(spectral_layers(module))
    try:
        for layer in layers:
            layer.share()
        yield
    finally:
        for layer in layers:
            layer.forget()


def converge(module: nn.Module) -> None:
    """Recompute the vectors of weights that were set rather than trained, as an average's are."""
    for layer in spectral_layers(module):
        layer.converge()
