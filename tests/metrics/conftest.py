"""The disc world, scored once for every test of this room."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch
from disc_world import DiscWorld, make_params, write_experiment

from matebit.metrics import stage


@pytest.fixture(autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def disc_source(monkeypatch):
    """The stage meets the disc world where it would open a source."""
    world = DiscWorld()
    monkeypatch.setattr(stage, "open_source", lambda *_: SimpleNamespace(truth=world))
    return world


@pytest.fixture
def experiment(tmp_path, disc_source):
    """`results/discs` on disk and its parameters."""
    return SimpleNamespace(layout=write_experiment(tmp_path), params=make_params())
