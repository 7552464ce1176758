"""Numbers computed once with the authors' network; they travel beside the repository, not in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("MATEBIT_SHARED", ROOT.parent / "shared")) / "golden"


def golden(name: str) -> dict[str, Tensor]:
    """All tensors of one file, floats as float32; skips the test where the files are not there."""
    path = FOLDER / f"{name}.safetensors"
    if not path.is_file():
        pytest.skip(f"no golden numbers at {FOLDER} (set MATEBIT_SHARED to the folder that holds them)")
    return {
        key: value.float() if value.dtype == torch.float16 else value
        for key, value in load_file(path).items()
    }


def within(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose name begins with `prefix`, without it."""
    return {key[len(prefix) :]: value for key, value in tensors.items() if key.startswith(prefix)}


def relative(ours: Tensor, theirs: Tensor) -> float:
    """Largest difference over the largest value."""
    theirs = theirs.double()
    return float((ours.detach().double() - theirs).abs().max() / theirs.abs().max())
