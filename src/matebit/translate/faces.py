"""Faces of one's own photographs in the frame of CelebA-HQ, and where that is written down."""

from __future__ import annotations

from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from matebit.config.conditions import ExtractorsConfig
from matebit.contracts.structure import ALIGNMENT_COLUMNS
from matebit.data.align_faces import FaceAligner, aligner_by_network
from matebit.data.alignment import Alignment
from matebit.io.tables import write_table


def open_face_aligner() -> FaceAligner:
    """By the 68 landmarks that an extra finds: face-alignment where it is installed, else dlib.

    Raises `MatebitError` where neither package is there, or a file of its weights is absent.
    """
    named: Literal["face_alignment", "dlib68"] = "face_alignment"
    if find_spec("face_alignment") is None and find_spec("_dlib_pybind11") is not None:
        named = "dlib68"
    return aligner_by_network(ExtractorsConfig(landmarks=named), "--align")


def write_alignments(path: Path, found: dict[Path, Alignment], landmarks: str) -> None:
    """A row a photo with the numbers of its map, as `data/alignment.csv` has them; the id is its path."""
    rows = [{"id": str(photo), **asdict(one), "landmarks": landmarks} for photo, one in found.items()]
    write_table(path, rows, ALIGNMENT_COLUMNS)
