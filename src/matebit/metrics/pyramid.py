"""Laplacian pyramid (Burt and Adelson 1983), as the sliced Wasserstein distance of Karras et al.

uses it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from matebit.errors import MatebitError

if TYPE_CHECKING:
    import torch

# Both steps filter with the binomial taps (1, 4, 6, 4, 1) / 16 along each axis, the borders
# mirrored about the outermost pixel, as the authors do (scipy's mode "mirror"). Only the outputs
# that are kept are computed, and zeros are never multiplied: much faster than a convolution.


def _half(images: torch.Tensor) -> torch.Tensor:
    """Blur (B,C,H,W) and keep every second row and column."""
    import torch

    for axis in (2, 3):
        side = images.shape[axis]
        padded = torch.cat(
            [images.narrow(axis, 1, 2).flip(axis), images, images.narrow(axis, side - 2, 1)], axis
        )
        taps = [padded.narrow(axis, start, side - 1) for start in range(5)]
        first, second, third, fourth, fifth = (_every_second(tap, axis) for tap in taps)
        images = (first + fifth + 4 * (second + fourth) + 6 * third) / 16
    return images


def _every_second(images: torch.Tensor, axis: int) -> torch.Tensor:
    return images[:, :, ::2] if axis == 2 else images[:, :, :, ::2]


def _double(images: torch.Tensor) -> torch.Tensor:
    """Put zeros between the pixels of (B,C,H,W) and blur with four times the gain.

    Even outputs see three pixels, odd ones two.
    """
    import torch

    for axis in (2, 3):
        side = images.shape[axis]
        # Mirroring the enlarged image about its outermost pixels, of which the last is a zero.
        before = torch.cat([images.narrow(axis, 1, 1), images.narrow(axis, 0, side - 1)], axis)
        after = torch.cat([images.narrow(axis, 1, side - 1), images.narrow(axis, side - 1, 1)], axis)
        even = (before + 6 * images + after) / 8
        odd = (images + after) / 2
        images = torch.stack([even, odd], dim=axis + 1).flatten(axis, axis + 1)
    return images


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
