"""A translator of an untrained network for the page; the same checkpoints as the translate tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

# Checkpoints are made by the translate tests, whose folder pytest does not show to this one.
sys.path.insert(0, str(Path(__file__).parent.parent / "translate"))

from tiny_checkpoints import write_checkpoint

import matebit
from matebit.translate.translator import Translator


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Networks this small only wait for each other's threads."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Translator:
    """A translator of 32 px by drawn lines."""
    return matebit.load(write_checkpoint(tmp_path_factory.mktemp("app") / "tiny.safetensors", "xdog"))
