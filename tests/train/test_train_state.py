"""The resumable state: rotation, broken files, the fingerprint."""

from __future__ import annotations

import logging
import random
from pathlib import Path

import pytest
import torch

from matebit.errors import MatebitError
from matebit.train.state import StateFolder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> StateFolder:
    monkeypatch.setattr(logging.getLogger("matebit"), "propagate", True)
    return StateFolder(tmp_path / "run", keep=2)


def fill(folder: StateFolder, *images: int) -> None:
    for seen in images:
        folder.save(seen, {"seen": seen, "weights": torch.full((50,), float(seen))})


def test_the_newest_few_are_kept(folder: StateFolder):
    fill(folder, 8, 16, 1000, 24)
    assert [path.name for path in folder.states()] == ["state-000000000024.pt", "state-000000001000.pt"]
    assert folder.load()["seen"] == 1000


def test_nothing_to_load(folder: StateFolder):
    assert folder.load() is None


@pytest.mark.parametrize("harm", ["empty", "cut", "flipped", "digest", "other"])
def test_a_broken_newest_state_falls_back_with_a_warning(
    folder: StateFolder, harm: str, caplog, dice: random.Random
):
    fill(folder, 8, 16)
    newest = folder.states()[-1]
    content = bytearray(newest.read_bytes())
    place = dice.randrange(64, len(content))
    content[place] ^= 1 << dice.randrange(8)
    newest.write_bytes({
        "empty": b"",
        "cut": newest.read_bytes()[:place],
        "flipped": bytes(content),
        "digest": b"0" * 64 + newest.read_bytes()[64:],
        "other": b"not a state at all",
    }[harm])  # fmt: skip
    assert folder.load()["seen"] == 8
    assert f"{newest} is broken" in caplog.text


def test_all_broken_is_a_new_beginning(folder: StateFolder, caplog):
    fill(folder, 8, 16)
    for path in folder.states():
        path.write_bytes(path.read_bytes()[:-1])
    assert folder.load() is None
    assert caplog.text.count("is broken") == 2


def test_a_state_with_code_in_it_is_not_executed(folder: StateFolder, tmp_path: Path):
    class Trap:
        def __reduce__(self):
            return Path.touch, (tmp_path / "sprung",)

    folder.save(8, {"trap": Trap()})
    with pytest.raises(Exception, match=r"[Ww]eights.only"):
        folder.load()
    assert not (tmp_path / "sprung").exists()


def test_another_fingerprint_is_refused_by_the_key_that_differs(folder: StateFolder):
    folder.begin({"train.lr_g": "0.1", "seed": "1"})
    fill(folder, 8)
    folder.begin({"train.lr_g": "0.1", "seed": "1"})
    for other, words in (
        ({"train.lr_g": "0.2", "seed": "1"}, r"another train\.lr_g \(0\.1 there, 0\.2 now\)"),
        ({"train.lr_g": "0.1"}, r"another seed \(1 there, absent now\)"),
        ({"train.lr_g": "0.1", "seed": "1", "model.ngf": "8"}, r"model\.ngf \(absent there, 8 now\)"),
    ):
        with pytest.raises(MatebitError, match=words) as caught:
            folder.begin(other)
        assert "\n" not in str(caught.value)
        assert str(folder.path) in str(caught.value)


def test_without_a_state_there_is_nothing_to_refuse(folder: StateFolder):
    folder.begin({"seed": "1"})
    folder.begin({"seed": "2"})
    fill(folder, 8)
    with pytest.raises(MatebitError, match="seed"):
        folder.begin({"seed": "1"})


def test_cleared_is_gone(folder: StateFolder):
    folder.begin({})
    fill(folder, 8, 16)
    folder.clear()
    assert not folder.path.exists()
    folder.clear()
