"""Which files of a folder count as images."""

from __future__ import annotations

from pathlib import Path

from matebit.io.picture_files import LOSSLESS, LOSSY


def given_files(folder: Path) -> list[Path]:
    """The images of a folder, by name; what is no image or is hidden does not count."""
    return sorted(
        path
        for path in folder.glob("*")
        if path.suffix.lower() in LOSSLESS + LOSSY and not path.name.startswith(".")
    )
