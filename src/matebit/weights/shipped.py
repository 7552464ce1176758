"""The checkpoint that comes with the program, and the checkpoint that a training begins with."""

from __future__ import annotations

from pathlib import Path

from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file

FOLDER = Path(__file__).parent.parent / "checkpoints"
SHIPPED = FOLDER / "portraits-sketch.safetensors"
SHIPPED_WORD = "shipped"
"""What `train.start` calls it."""


def shipped_checkpoint() -> Path:
    """The checkpoint taken where none is named. Raises `MatebitError` where this copy has none."""
    if not SHIPPED.is_file():
        raise MatebitError(
            "this copy of the program comes without a checkpoint: name one with --checkpoint, "
            "results/NAME/train/METHOD/seedS/model.safetensors"
        )
    return SHIPPED


def start_checkpoint(start: str, expected_sha256: str | None = None) -> tuple[Path, str]:
    """The file that `train.start` names, and its SHA-256.

    Raises `MatebitError` where it is absent or is not the expected one.
    """
    path = shipped_checkpoint() if start == SHIPPED_WORD else Path(start)
    if not path.is_file():
        raise MatebitError(
            f"train.start: there is no checkpoint at {path}; give the path of a model.safetensors, or "
            f"{SHIPPED_WORD!r} for the one that comes with the program"
        )
    found = sha256_of_file(path)
    if expected_sha256 not in (None, found):
        raise MatebitError(
            f"train.start: {path} has the SHA-256 {found}, not {expected_sha256}: get the file that these "
            "parameters were resolved with, or correct train.start_sha256"
        )
    return path, found
