"""Label maps that are coded by colours, which need not be pure: drawn, shrunk or JPEG-compressed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage

from matebit.io.images import BrokenImage


def labels_of_colours(
    pixels: np.ndarray, colours: list[list[int]], tolerance: float, unclear_share: float, path: Path
) -> np.ndarray:
    """The place in `colours` of each pixel's nearest colour: uint8 (H,W) from uint8 (H,W,3).

    A pixel farther than `tolerance` (Euclidean, RGB) from all of them is unclear and takes the label of
    the nearest clear pixel. Raises `BrokenImage`, naming the file `path`, where more than
    `unclear_share` of the pixels are.
    """
    values = pixels.astype(np.int32)
    labels = np.zeros(pixels.shape[:2], dtype=np.uint8)
    nearest = np.full(pixels.shape[:2], np.iinfo(np.int32).max, dtype=np.int32)
    for label, colour in enumerate(colours):
        distance = ((values - np.array(colour, dtype=np.int32)) ** 2).sum(axis=2)
        closer = distance < nearest
        labels[closer] = label
        nearest[closer] = distance[closer]
    unclear = nearest > tolerance**2
    share = unclear.mean()
    if share > unclear_share:
        found, counts = np.unique(pixels[unclear], axis=0, return_counts=True)
        raise BrokenImage(
            f"{share:.1%} of the pixels of {path} have no colour of data.folder.colours within "
            f"data.folder.colour_tolerance: {tolerance:g}, most often {found[counts.argmax()].tolist()}; "
            "add it to the table or replace the file"
        )
    if unclear.any():
        rows, columns = ndimage.distance_transform_edt(unclear, return_distances=False, return_indices=True)
        labels = labels[rows, columns]
    return labels
