"""Label maps and part masks from files, resized, checked against the picture they belong to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy import ndimage

from matebit.config.sources import FolderConfig
from matebit.contracts.faces import LABELS, parsing_of_labels, parsing_of_masks
from matebit.contracts.parsing import IGNORED, Parsing
from matebit.data.alignment import Alignment, labels_in
from matebit.data.sources.files import read_grey, upright_size
from matebit.data.sources.listing import map_half
from matebit.io.images import BrokenImage, read_plane, read_rgb


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


def check_section(path: Path, shape: tuple[int, ...], picture: Path) -> None:
    """A map may have another size than its picture, but must show the same section.

    Sides that come of resizing are rounded, so that they may be off by a pixel. Raises `BrokenImage`.
    """
    _check_shape(path, shape, picture, upright_size(picture))


def _check_shape(path: Path, shape: tuple[int, ...], picture: Path, of_picture: tuple[int, int]) -> None:
    (width, height), (rows, columns) = of_picture, shape[:2]
    if abs(rows - columns * height / width) > 1 and abs(columns - rows * width / height) > 1:
        raise BrokenImage(
            f"{path} has {columns} x {rows} pixels, which is not the shape of {picture} "
            f"({width} x {height}); replace it"
        )


def face_of_part_masks(
    files: dict[str, Path], picture: Path, size: int, alignment: Alignment | None = None
) -> Parsing:
    """A face from masks by part, white where the part is; an absent part has no file."""
    return parsing_of_masks(masks_of_files(files, picture, size, alignment), size)


def masks_of_files(
    files: dict[str, Path], picture: Path, size: int, alignment: Alignment | None = None
) -> dict[str, np.ndarray]:
    """Masks of parts, bool (size,size), by part. Raises `BrokenImage`."""
    of_picture, masks = upright_size(picture), {}
    for part, path in files.items():
        mask = read_grey(path)
        _check_shape(path, mask.shape, picture, of_picture)
        masks[part] = labels_in(mask, size, alignment) > 127
    return masks


def read_labels(path: Path, folder: FolderConfig) -> np.ndarray:
    """The labels of a map, uint8 (H,W), as `folder` says that they are coded; see `labels_of_values`.

    Of a file that holds its picture too, those of its half. Raises `BrokenImage`.
    """
    if folder.colours is None:
        return labels_of_values(map_half(read_plane(path), folder, path), path, folder.ignore_label)
    pixels = map_half(read_rgb(path), folder, path)
    tolerance, unclear = folder.colour_tolerance, folder.unclear_share
    labels = labels_of_colours(pixels, folder.colours, tolerance, unclear, path)
    return labels_of_values(labels, path, folder.ignore_label)


def labels_of_values(values: np.ndarray, path: Path, ignore_label: int | None) -> np.ndarray:
    """Labels uint8 (H,W) from values that are labels already: `ignore_label` becomes `IGNORED`.

    Raises `BrokenImage` where `IGNORED` occurs without being that one: a mask of 0 and 255, most often.
    """
    if ignore_label is not None and ignore_label != IGNORED:
        values = np.where(values == ignore_label, np.uint8(IGNORED), values)
    elif ignore_label is None and values.max(initial=0) == IGNORED:
        none = f"if {IGNORED} marks pixels of no class, say data.folder.ignore_label: {IGNORED}"
        if np.isin(values, (0, IGNORED)).all():
            raise BrokenImage(
                f"{path} holds 0 and {IGNORED} alone, as masks do, which are no labels: for a mask say "
                f"data.folder.colours: [[0, 0, 0], [255, 255, 255]]; {none}"
            )
        raise BrokenImage(f"{path} holds the label {IGNORED}, which no class can have; {none}")
    return values


def labels_of_plane(path: Path, picture: Path, size: int) -> np.ndarray:
    """Labels uint8 (size,size) of a grey or indexed file, whose values they are."""
    labels = read_plane(path)
    check_section(path, labels.shape, picture)
    return labels_in(labels, size, None)


def face_of_label_map(path: Path, picture: Path, size: int) -> Parsing:
    """A face from a label map of the 19 labels of CelebAMask-HQ."""
    return face_of_labels(labels_of_plane(path, picture, size), path)


def face_of_labels(labels: np.ndarray, path: Path) -> Parsing:
    """A face from its labels, which came from the file `path`."""
    largest = labels.max(initial=0, where=labels != IGNORED)
    if largest >= len(LABELS):
        raise BrokenImage(f"{path} holds the value {largest}, but labels go from 0 to {len(LABELS) - 1}")
    return parsing_of_labels(labels)
