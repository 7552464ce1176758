"""A checkpoint of every kind of condition, and pictures to translate."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tiny_checkpoints import write_checkpoint

from matebit.io.images import write_png
from matebit.translate.gallery import bundled


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """One thread, because networks this small only wait for each other's; and the log as it was."""
    torch.set_num_threads(1)
    logger = logging.getLogger("matebit")
    handlers, propagate, level = list(logger.handlers), logger.propagate, logger.level
    yield
    logger.handlers[:], logger.propagate = handlers, propagate
    logger.setLevel(level)


@pytest.fixture(scope="session")
def checkpoints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A checkpoint of every kind of condition, by its name."""
    folder = tmp_path_factory.mktemp("checkpoints")
    kinds = ("xdog", "canny", "face_edges", "parsing")
    return {kind: write_checkpoint(folder / f"{kind}.safetensors", kind) for kind in kinds}


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with sitter.png and oil.png; not to be changed."""
    folder = tmp_path_factory.mktemp("pictures")
    write_png(folder / "sitter.png", bundled("sitter-1").draw(96))
    write_png(folder / "oil.png", bundled("oil-1").draw(96))
    return folder
