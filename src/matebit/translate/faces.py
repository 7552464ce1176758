"""Faces of one's own photographs in the frame of CelebA-HQ, and where that is written down."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from matebit.config.extractors import ExtractorsConfig
from matebit.contracts.structure import ALIGNMENT_COLUMNS
from matebit.data.align_faces import FaceAligner, aligner_by_network
from matebit.data.alignment import Alignment
from matebit.io.tables import write_table


def open_face_aligner() -> FaceAligner:
    """By the 68 landmarks that the extra face-alignment finds.

    Raises `MatebitError` where the package or a file of its weights is absent.
    """
    return aligner_by_network(ExtractorsConfig(landmarks="face_alignment"), "--align")


def write_alignments(path: Path, found: dict[Path, Alignment], landmarks: str) -> None:
    """A row a photo with the numbers of its map, as `data/alignment.csv` has them; the id is its path."""
    rows = [{"id": str(photo), **asdict(one), "landmarks": landmarks} for photo, one in found.items()]
    write_table(path, rows, ALIGNMENT_COLUMNS)
