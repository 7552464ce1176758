"""Label maps and masks of parts that are given by hand for a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from matebit.config.sources import FolderConfig
from matebit.contracts import faces
from matebit.contracts.parsing import IGNORED, LabelSet, Parsing
from matebit.data.alignment import Alignment
from matebit.data.sources.files import read_grey
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage, read_plane
from matebit.translate.framing import Frame, frame_of


@dataclass(frozen=True)
class Maps:
    """What a checkpoint's label maps hold, and how their files code it, as `data.folder` said in training."""

    labels: LabelSet = faces.LABEL_SET
    coding: FolderConfig = field(default_factory=FolderConfig)


def read_label_map(path: Path, maps: Maps) -> np.ndarray:
    """Labels of `maps`, or 255 for no class, uint8 (H,W). Raises `BrokenImage`.

    The file's values are the labels, or its colours where `maps` has a table of them, JPEG's errors and all.
    """
    labels = maps.labels
    if maps.coding.colours is not None and not _is_indexed(path, maps.coding.colours):
        # Here, because it brings along what takes long to load.
        from matebit.data.sources.label_files import read_labels

        return read_labels(path, maps.coding)
    found = read_plane(path)
    if maps.coding.ignore_label is not None:
        found = np.where(found == maps.coding.ignore_label, np.uint8(IGNORED), found)
    largest = found.max(initial=0, where=found != IGNORED)
    if largest >= len(labels.labels):
        raise BrokenImage(
            f"{path} holds the value {largest}, but labels of {_whose(labels)} go from 0 to "
            f"{len(labels.labels) - 1}; give such a label map"
        )
    return found


def _is_indexed(path: Path, colours: list[list[int]]) -> bool:
    """Whether a file's values are places in this very table, as the stage `conditions` writes label maps."""
    try:
        with Image.open(path) as image:
            palette = image.getpalette() if image.mode == "P" else None
    except Exception:  # Pillow raises many kinds; reading it will say what is wrong
        return False
    table = [value for colour in colours for value in colour]
    return palette is not None and palette[: len(table)] == table


def _whose(labels: LabelSet) -> str:
    return "a face (CelebAMask-HQ)" if labels is faces.LABEL_SET else f"a {labels.name}"


def parsed(labels: np.ndarray, of: LabelSet) -> Parsing:
    """A label map as what conditions are made of; a face has its parts."""
    return faces.parsing_of_labels(labels) if of is faces.LABEL_SET else Parsing(labels, of)


def read_masks(
    masks: Path,
    stem: str,
    photo: np.ndarray,
    frame: Frame,
    maps: Maps,
    alignment: Alignment | None = None,
) -> Parsing:
    """The labels of a photograph, and the parts of a face, in its frame, where it is aligned if it is.

    `masks` is a label map (see `read_label_map`), or a folder with label maps `STEM.png`, or, of a face, with
    part masks `STEM_PART.png`, `PART.png` or as CelebAMask-HQ names them (`NNNNN_PART.png`, also below
    ID//2000).
    """
    files, labels = _mask_files(masks, stem), maps.labels
    if isinstance(files, Path):
        planes = {"labels": read_label_map(files, maps)}
    elif labels is not faces.LABEL_SET:
        raise MatebitError(
            f"{masks} holds masks of a face's parts, but this checkpoint reads labels of {_whose(labels)}; "
            "give a label map"
        )
    else:
        planes = {part: read_grey(path) for part, path in files.items()}
    for part, plane in planes.items():
        # A mask may be smaller than its photograph, but must show the same section.
        if abs(plane.shape[0] * photo.shape[1] - plane.shape[1] * photo.shape[0]) > max(photo.shape):
            raise BrokenImage(
                f"the mask {part!r} in {masks} has {plane.shape[1]} x {plane.shape[0]} pixels, which is not "
                f"the shape of {stem} ({photo.shape[1]} x {photo.shape[0]}); replace it"
            )

    def place(plane: np.ndarray) -> np.ndarray:
        if alignment is not None:
            return alignment.labels(plane, frame.size)
        return frame_of(plane, frame.size, frame.fit).place(plane, Image.Resampling.NEAREST, margin=0)

    placed = {part: place(plane) for part, plane in planes.items()}
    if isinstance(files, Path):
        return parsed(placed["labels"], labels)
    return faces.parsing_of_masks({part: plane > 127 for part, plane in placed.items()}, frame.size)


def _mask_files(masks: Path, stem: str) -> Path | dict[str, Path]:
    if masks.is_file():
        return masks
    if not masks.is_dir():
        raise MatebitError(f"{masks} does not exist; what is wanted is a label map or a folder of masks")
    if (whole := masks / f"{stem}.png").is_file():
        return whole
    folders, beginnings = [masks], [f"{stem}_", ""]
    if stem.isdecimal():
        folders.append(masks / str(int(stem) // 2000))
        beginnings.append(f"{int(stem):05d}_")
    for folder in folders:
        for beginning in beginnings:
            files = {part: folder / f"{beginning}{part}.png" for part in faces.LABELS[1:]}
            found = {part: path for part, path in files.items() if path.is_file()}
            if found:
                return found
    raise MatebitError(
        f"{masks} has no mask of {stem}: neither {stem}.png (a label map) nor {stem}_skin.png and other parts"
    )
