"""3x3 convolution with fixed weights, and ReLU, in fewer multiplications, on the CPU.

Winograd's minimal filtering F(4x4, 3x3) or F(2x2, 3x3) (Lavin and Gray 2016): windows of 6x6 or 4x4 input
pixels and the weights are evaluated at as many points, multiplied point by point (one matrix product over
channels a point), and taken back to tiles of output pixels. The weights are evaluated once, which is why they
have to be fixed.

The points 0, +-2/3, +-3/2 and infinity round better than the usual 0, +-1, +-2 (rms error 0.8e-6 instead of
1.8e-6 on outputs of deviation 0.65 from 256 channels). The inverse of each is another of them: weights
turned by 180 degrees have the same values in another order, so the gradient of the input needs none of its
own.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from matebit.ops.switch import operation

# Bytes a thread of the values at all points that go together: few enough for a core's cache where the weights
# are as small, more with large weights, which every chunk reads.
SMALLEST_CHUNK, LARGEST_CHUNK = 2**19, 6 * 2**20
# With fewer channels the transforms cost as much as the multiplications that they save.
WINOGRAD_INPUTS, WINOGRAD_OUTPUTS = 64, 128
FEW_ROWS = 64  # below, a product with a turned matrix is bound by packing it


# Points by side of a tile, 0 first; infinity comes last beside them. A quarter and four ninths of the
# multiplications, weights of 4 and 16/9 times the memory.
POINTS = {4: (0.0, 2 / 3, -2 / 3, 3 / 2, -3 / 2), 2: (0.0, 1.0, -1.0)}


def _inverse(tile: int) -> list[int]:
    """The place of each point's inverse; infinity's is 0."""
    finite = np.array(POINTS[tile][1:])
    return [len(finite) + 1, *(1 + int(np.argmin(np.abs(finite - 1 / point))) for point in finite), 0]


def _cook_toom(tile: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One-dimensional transforms in double precision: output (t,n), weights (n,3), input (n,n), n = t + 2."""
    points, window = np.array(POINTS[tile]), tile + 2
    output = np.zeros((tile, window))
    output[:, :-1] = points[None, :] ** np.arange(tile)[:, None]
    output[-1, -1] = 1
    others = [np.delete(points, place) for place in range(len(points))]
    scale = np.array([np.prod(point - rest) for point, rest in zip(points, others, strict=True)])
    weights = np.zeros((window, 3))
    weights[:-1] = points[:, None] ** np.arange(3) / scale[:, None]
    weights[-1, -1] = 1
    inputs = np.zeros((window, window))
    for place, rest in enumerate(others):
        inputs[place, :-1] = np.poly(rest)[::-1]
    inputs[-1] = np.poly(points)[::-1]
    return output, weights, inputs


@dataclass(frozen=True)
class Transforms:
    """Two-dimensional transforms of one direction: `inputs` (n n,n n), `outputs` (t t,n n)."""

    inputs: Tensor
    outputs: Tensor


@cache
def _transforms(tile: int, *, turned: bool) -> Transforms:
    """Those of the forward; `turned`, those of weights turned by 180 degrees.

    The latter are so ordered and scaled that the weights' own values serve.
    """
    output, weights, inputs = _cook_toom(tile)
    if turned:
        inverse = _inverse(tile)
        here = np.argmax(np.abs(weights[inverse]), axis=1)
        rows = np.arange(len(inverse))
        scale = weights[:, ::-1][rows, here] / weights[inverse][rows, here]
        output, inputs = output[:, inverse], (inputs * scale[:, None])[inverse]
    return Transforms(*(torch.from_numpy(np.kron(m, m)).float() for m in (inputs, output)))


def evaluated(weight: Tensor, tile: int) -> Tensor:
    """Weights (O,C,3,3) at the points of a `tile` of 2 or 4: (n n,C,O)."""
    transform = torch.from_numpy(_cook_toom(tile)[1])
    values = torch.einsum("ai,ocij,bj->abco", transform, weight.detach().double().cpu(), transform)
    return values.flatten(0, 1).float().contiguous()


def _with_zeros_around(x: Tensor, images: int, height: int, width: int) -> Tensor:
    """Room for `images` of x (B,C,h,w) with a border: (images,height,width,C), 0 where x does not come."""
    room = x.new_empty(images, height, width, x.shape[1])
    for axis, size in ((1, x.shape[2]), (2, x.shape[3])):
        room.narrow(axis, 0, 1).zero_()
        room.narrow(axis, size + 1, room.shape[axis] - size - 1).zero_()
    return room


def _products(at_points: Tensor, values: Tensor) -> Tensor:
    """(n,M,C) times (n,C,O), a matrix product a point: (n,M,O), which may lie in memory as (n,O,M)."""
    if values.is_contiguous() or at_points.shape[1] >= FEW_ROWS:
        return torch.bmm(at_points, values)
    return torch.bmm(values.transpose(1, 2), at_points.transpose(1, 2)).transpose(1, 2)


def _taken_back(transform: Tensor, products: Tensor) -> Tensor:
    """From points (n,M,O) to pixels of a tile: (t,M,O), as the products lie."""
    points, rows, outputs = products.shape
    if products.is_contiguous():
        return (transform @ products.view(points, -1)).view(-1, rows, outputs)
    pixels = transform @ products.transpose(1, 2).reshape(points, -1)
    return pixels.view(-1, outputs, rows).transpose(1, 2)


def _convolved(
    x: Tensor,
    values: Tensor,
    *,
    turned: bool = False,
    bias: Tensor | None = None,
    positive: Tensor | None = None,
) -> Tensor:
    """Convolve x (B,C,h,w) with zeros around it; `values` (n n,C,O). With `bias`, ReLU follows.

    `positive` (B,C,h,w): where it is not, x counts as 0. Returns (B,O,h,w), channels last.
    """
    tile = math.isqrt(values.shape[0]) - 2
    window, transforms = tile + 2, _transforms(tile, turned=turned)
    batch, channels, height, width = x.shape
    outputs = values.shape[2]
    down, across = -(-height // tile), -(-width // tile)
    row_bytes = window**2 * across * max(channels, outputs) * x.element_size()
    chunk = min(max(values.numel() * values.element_size() // 2, SMALLEST_CHUNK), LARGEST_CHUNK)
    chunk *= torch.get_num_threads()
    images = min(batch, max(1, chunk // (row_bytes * down)))
    rows = min(down, max(1, chunk // row_bytes))  # of tiles: fewer than all where one image is too large
    bordered = _with_zeros_around(x, images, down * tile + 2, across * tile + 2)
    inner = bordered[:, 1 : height + 1, 1 : width + 1].permute(0, 3, 1, 2)
    image, line, pixel, _ = bordered.stride()
    shape = batch, outputs, down * tile, across * tile
    y = torch.empty(shape, dtype=x.dtype, memory_format=torch.channels_last)
    y_tiles = y.permute(0, 2, 3, 1).view(batch, down, tile, across, tile, outputs).permute(2, 4, 0, 1, 3, 5)
    for first, top in itertools.product(range(0, batch, images), range(0, down, rows)):
        count, high = min(images, batch - first), min(rows, down - top)
        if top == 0:
            part, target = x[first : first + count], inner[:count]
            if positive is None:
                target.copy_(part)
            else:
                mask = positive[first : first + count]
                torch.ops.aten.threshold_backward.grad_input(part, mask, 0, grad_input=target)
        tiles = bordered.as_strided(
            (window, window, count, high, across, channels),
            (line, pixel, image, line * tile, pixel * tile, 1),
            top * tile * line,
        )
        at_points = (transforms.inputs @ tiles.reshape(window**2, -1)).view(window**2, -1, channels)
        pixels = _taken_back(transforms.outputs, _products(at_points, values))
        pieces = pixels.unflatten(1, (count, high, across)).unflatten(0, (tile, tile))
        target = y_tiles[:, :, first : first + count, top : top + high]
        if bias is None:
            target.copy_(pieces)
        else:
            torch.clamp_min(pieces.add_(bias), 0, out=target)
    if y.shape[2:] == (height, width):
        return y
    return y[:, :, :height, :width].contiguous(memory_format=torch.channels_last)


class _ConvRelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor, values: Tensor, bias: Tensor) -> Tensor:
        y = _convolved(x, values, bias=bias)
        ctx.save_for_backward(y, values)
        return y

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        y, values = ctx.saved_tensors
        return _convolved(gradients[0], values.transpose(1, 2), turned=True, positive=y), None, None


def _plain_conv_relu(x: Tensor, weight: Tensor, bias: Tensor, values: Tensor) -> Tensor:
    return torch.relu_(F.conv2d(x, weight, bias, padding=1))


@operation(_plain_conv_relu)
def winograd_conv_relu(x: Tensor, weight: Tensor, bias: Tensor, values: Tensor) -> Tensor:
    """Convolve x (B,C,h,w), float32 on the CPU, with zeros around it by `weight` (O,C,3,3); then ReLU.

    `values` (n n,C,O): the `evaluated` weight, like `bias` (O,) without gradient. Returns (B,O,h,w), channels
    last.
    """
    return _ConvRelu.apply(x, values, bias)


class FixedConvRelu(nn.Conv2d):
    """3x3 convolution with zeros around its input, then ReLU; its weights are never trained.

    In float32 on the CPU wide layers go by Winograd's algorithm, by tiles of `tile` (4 or 2) pixels, whose
    weights lie beside the plain ones; in any other type or place by PyTorch's convolution.
    """

    def __init__(self, inputs: int, outputs: int, tile: int = 4) -> None:
        super().__init__(inputs, outputs, 3, padding=1)
        self.tile = tile
        self.requires_grad_(False)
        self._values: Tensor | None = None
        self._made_of: tuple[int, int] | None = None

    def prepare(self) -> None:
        """Evaluate the weights now, if this layer uses them so, rather than in the first pass."""
        weight = self.weight
        wide = self.in_channels >= WINOGRAD_INPUTS and self.out_channels >= WINOGRAD_OUTPUTS
        if weight.device.type != "cpu" or weight.dtype != torch.float32 or not wide:
            self._values = self._made_of = None
            return
        state = weight.data_ptr(), weight._version  # changes when other weights are loaded
        if self._made_of != state:
            self._values, self._made_of = evaluated(weight, self.tile), state

    def forward(self, input: Tensor) -> Tensor:
        """(B,inputs,h,w) to (B,outputs,h,w)."""
        self.prepare()
        if self._values is None or input.dtype != torch.float32 or torch.is_autocast_enabled("cpu"):
            return torch.relu_(super().forward(input))
        assert self.bias is not None
        return winograd_conv_relu(input, self.weight, self.bias, self._values)
