"""Laplacian pyramid (Burt and Adelson 1983), as the sliced Wasserstein distance of Karras et al.

uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matebit.errors import MatebitError

if TYPE_CHECKING:
    import torch

_TAPS = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)


def _blur(images: torch.Tensor, gain: float = 1.0) -> torch.Tensor:
    """Separable 5-tap binomial filter, borders mirrored about the edge of the outermost pixels."""
    import torch
    from torch.nn.functional import conv2d

    channels = images.shape[1]
    taps = torch.tensor(_TAPS, dtype=images.dtype) * gain**0.5
    padded = _mirror(images)
    rows = taps.view(1, 1, 5, 1).expand(channels, 1, 5, 1)
    columns = taps.view(1, 1, 1, 5).expand(channels, 1, 1, 5)
    return conv2d(conv2d(padded, rows, groups=channels), columns, groups=channels)


def _mirror(images: torch.Tensor) -> torch.Tensor:
    """Pad by 2 with `dcba|abcd|dcba`, the border of scipy's mode "reflect" (not torch's)."""
    import torch

    for axis in (2, 3):
        head = images.narrow(axis, 0, 2).flip(axis)
        tail = images.narrow(axis, images.shape[axis] - 2, 2).flip(axis)
        images = torch.cat([head, images, tail], dim=axis)
    return images


def _half(images: torch.Tensor) -> torch.Tensor:
    return _blur(images)[:, :, ::2, ::2]


def _double(images: torch.Tensor) -> torch.Tensor:
    batch, channels, height, width = images.shape
    spread = images.new_zeros(batch, channels, 2 * height, 2 * width)
    spread[:, :, ::2, ::2] = images
    return _blur(spread, gain=4.0)


def level_sizes(side: int, smallest: int) -> list[int]:
    """Sides of the levels, `side` halved down to `smallest`: 256, 128, 64, 32, 16."""
    sizes = [side]
    while sizes[-1] // 2 >= smallest and sizes[-1] % 2 == 0:
        sizes.append(sizes[-1] // 2)
    return sizes


def laplacian_pyramid(images: torch.Tensor, levels: int) -> list[torch.Tensor]:
    """`levels` bands of (B,C,H,W), full size first; the last holds the low frequencies.

    H and W must be divisible by 2^(levels-1), else `MatebitError`.
    """
    if any(side % 2 ** (levels - 1) for side in images.shape[2:]):
        raise MatebitError(
            f"swd: images of {images.shape[3]} x {images.shape[2]} px cannot be halved "
            f"{levels - 1} times; raise metrics.swd.smallest or leave swd out of metrics.names"
        )
    bands = []
    for _ in range(levels - 1):
        smaller = _half(images)
        bands.append(images - _double(smaller))
        images = smaller
    return [*bands, images]
