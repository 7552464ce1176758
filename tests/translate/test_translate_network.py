"""A trained network's translations: every file, the same bytes, and what is missing is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matebit.contracts.translated import TRANSLATED_COLUMNS
from matebit.errors import MatebitError
from matebit.io.arrays import read_arrays
from matebit.io.files import sha256_of_bytes
from matebit.io.images import read_plane, read_rgb
from matebit.io.tables import read_table
from matebit.translate.outputs import Outputs
from tiny_experiment import Experiment, contents


@pytest.fixture
def translated(trained: Experiment, tmp_path: Path) -> Experiment:
    """The trained tiny experiment's test set, translated."""
    experiment = with_checkpoint(trained, tmp_path)
    experiment.run("translate", "matebit")
    return experiment


def with_checkpoint(trained: Experiment, base: Path, **changes) -> Experiment:
    """A copy of the tiny experiment that has the trained checkpoint."""
    experiment = trained.copied(base, **changes)
    target = experiment.layout.run("matebit", 1).checkpoint
    target.parent.mkdir(parents=True)
    target.write_bytes(trained.layout.run("matebit", 1).checkpoint.read_bytes())
    return experiment


def test_every_test_item_has_its_files(translated: Experiment):
    folder = translated.layout.run("matebit", 1).translate
    index = read_table(folder / "index.csv", TRANSLATED_COLUMNS, numbers=["rank"])
    assert len(index) == 4
    assert list(index["id"]) == sorted(index["id"])
    items = read_table(translated.layout.data / "index.csv", ["id", "split"])
    assert set(index["id"]) == set(items["id"][items["split"] == "test"])
    for row in index.itertuples():
        assert sha256_of_bytes((folder / row.image).read_bytes()) == row.image_sha256
        assert read_rgb(folder / row.image).shape == (32, 32, 3)
        assert read_rgb(folder / f"warp/{row.id}_block0.png").shape == (8, 8, 3)
        assert read_plane(folder / f"confidence/{row.id}_block0.png").shape == (8, 8)
        matches = read_arrays(folder / f"matches/{row.id}.npz")
        assert matches["argmax"].shape == matches["soft"].shape == (1, 2, 8, 8)
        assert matches["unmatched"].shape == (1, 8, 8)
        for values in matches.values():
            assert np.all((values >= 0) & (values <= 1))


def test_again_it_is_the_same_bytes_and_nothing_old_stays(translated: Experiment):
    folder = translated.layout.run("matebit", 1).translate
    before = contents(folder)
    (folder / "images/old.png").write_bytes(b"of another run")
    translated.run("translate", "matebit")
    assert contents(folder) == before


def test_a_network_without_blocks_matches_nothing(tiny: Experiment, tmp_path: Path):
    experiment = tiny.copied(tmp_path, model={"blocks": 0}, train={"images": 4})
    experiment.run("train", "matebit")
    experiment.run("translate", "matebit")
    folder = experiment.layout.run("matebit", 1).translate
    assert sorted(path.name for path in folder.iterdir()) == ["cost.json", "images", "index.csv", "matrix"]


def test_without_a_checkpoint_it_says_to_train(tiny: Experiment, tmp_path: Path):
    experiment = tiny.copied(tmp_path)
    with pytest.raises(MatebitError, match=r"model\.safetensors.*train first"):
        experiment.run("translate", "matebit")
    assert not experiment.layout.run("matebit", 1).translate.exists()


def test_a_stage_that_dies_leaves_no_index(trained: Experiment, tmp_path: Path, monkeypatch):
    experiment = with_checkpoint(trained, tmp_path)
    experiment.run("translate", "matebit")
    honest = Outputs.image

    def dying(self: Outputs, item: str, *rest: object) -> None:
        if self._rows:
            raise OSError("the disk is full")
        honest(self, item, *rest)

    monkeypatch.setattr(Outputs, "image", dying)
    with pytest.raises(OSError, match="full"):
        experiment.run("translate", "matebit")
    assert not (experiment.layout.run("matebit", 1).translate / "index.csv").exists()
