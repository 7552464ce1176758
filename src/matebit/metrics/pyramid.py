"""Laplacian pyramid (Burt and Adelson 1983), as the sliced Wasserstein distance of Karras et al. uses it."""

from __future__ import annotations

import cv2
import numpy as np

from matebit.errors import MatebitError


def level_sizes(side: int, smallest: int) -> list[int]:
    """Sides of the levels, `side` halved down to `smallest`: 256, 128, 64, 32, 16."""
    sizes = [side]
    while sizes[-1] // 2 >= smallest and sizes[-1] % 2 == 0:
        sizes.append(sizes[-1] // 2)
    return sizes


def laplacian_pyramid(image: np.ndarray, levels: int) -> list[np.ndarray]:
    """`levels` bands of a float image (H,W,C), full size first; the last holds the low frequencies.

    Both steps of OpenCV filter with the binomial taps (1, 4, 6, 4, 1) / 16 along each axis, the
    borders mirrored about the outermost pixel, as the authors do (scipy's mode "mirror"). H and W
    must be divisible by 2^(levels-1), else `MatebitError`.
    """
    if any(side % 2 ** (levels - 1) for side in image.shape[:2]):
        raise MatebitError(
            f"swd: images of {image.shape[1]} x {image.shape[0]} px cannot be halved "
            f"{levels - 1} times; raise metrics.swd.smallest or leave swd out of metrics.names"
        )
    bands = []
    for _ in range(levels - 1):
        smaller = cv2.pyrDown(image)
        bands.append(image - cv2.pyrUp(smaller))
        image = smaller
    return [*bands, image]
