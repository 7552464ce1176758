"""What people name on the command line: several values, folders as they are, checkpoints of others."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import torch
from test_translate_pictures import refusal, run

from matebit.cli.translate import each_named
from matebit.errors import MatebitError
from matebit.model.released import read_state_dict
from matebit.translate.files import picture_files

WEIGHTS = {"a.weight": torch.ones(2), "b.bias": torch.zeros(1)}


def test_several_values_of_an_option():
    words = ["--photo", "a.jpg", "b.png", "--exemplar=e.png", "f.png", "--out", "o", "--align"]
    assert each_named(words) == [
        "--photo", "a.jpg", "--photo", "b.png", "--exemplar=e.png", "--exemplar", "f.png", "--out", "o",
        "--align",
    ]  # fmt: skip
    assert each_named(["results/x/params.yaml", "matebit", "--seed", "1"])[0] == "results/x/params.yaml"


def test_what_a_shell_makes_of_a_star(checkpoints, pictures: Path, tmp_path: Path):
    for name in ("one.png", "two.png"):
        shutil.copy(pictures / "sitter.png", tmp_path / name)
    words = ("--checkpoint", checkpoints["xdog"], "--device", "cpu", "--exemplar", pictures / "oil.png")
    shown = run(*words, "--photo", tmp_path / "one.png", tmp_path / "two.png", "--out", tmp_path / "out")
    assert shown.splitlines() == [str(tmp_path / f"out/{name}__oil.png") for name in ("one", "two")]


def test_a_folder_as_people_have_it(pictures: Path, tmp_path: Path, caplog):
    shutil.copy(pictures / "sitter.png", tmp_path / "good.png")
    for name in (".DS_Store", "._b.png", "notes.txt"):
        (tmp_path / name).write_text("")
    (tmp_path / "album.jpg").mkdir()
    with caplog.at_level("WARNING"):
        assert picture_files([tmp_path], "--photo") == ([tmp_path / "good.png"], True)
    assert "1 folders (album.jpg)" in caplog.text
    assert "DS_Store" not in caplog.text


def test_places_and_names_are_said_before_the_network_is_read(pictures: Path, tmp_path: Path):
    shutil.copy(pictures / "oil.png", tmp_path / f"{'y' * 90}.png")
    shutil.copy(pictures / "sitter.png", tmp_path / f"{'x' * 180}.png")
    (tmp_path / "plain").write_text("")
    words = ("--checkpoint", "absent", "--photo", tmp_path / f"{'x' * 180}.png", "--exemplar")
    long = (*words, tmp_path / f"{'y' * 90}.png", "--out")
    assert "plain is a file" in refusal(*long, tmp_path / "plain")
    assert "a part of this path is a file" in refusal(*long, tmp_path / "plain/x.png")
    # A name of 180 and 90 letters is no reason: what is said is that there is no checkpoint.
    assert "no checkpoint at absent" in refusal(*long, tmp_path / "folder")


@pytest.mark.parametrize(
    "saved",
    [
        {f"module.{name}": value for name, value in WEIGHTS.items()},
        {"state_dict": WEIGHTS, "epoch": 3},
        {"net_G": WEIGHTS, "net_D": {"c": torch.ones(1)}},
        {"model": {"net_G": {f"module.{name}": value for name, value in WEIGHTS.items()}}},
    ],
)
def test_checkpoints_as_people_save_them(saved, tmp_path: Path):
    torch.save(saved, tmp_path / "c.pth")
    assert set(read_state_dict(tmp_path / "c.pth")) == set(WEIGHTS)


def test_checkpoints_that_are_not_plain_are_named(tmp_path: Path):
    path = tmp_path / "latest_net_G.pth"
    for saved, words in (
        ({"ema": WEIGHTS, "net_G": WEIGHTS}, "several networks (ema, net_G)"),
        ({"optimizer": {}, "epoch": 3}, "it holds optimizer, epoch"),
        ([1, 2], "no state dict"),
    ):
        torch.save(saved, path)
        with pytest.raises(MatebitError) as caught:
            read_state_dict(path)
        assert words in str(caught.value)
        assert str(path) in str(caught.value)


def test_a_foreign_file_as_a_checkpoint_names_what_to_do(pictures: Path, tmp_path: Path):
    path = tmp_path / "latest_net_G.pth"
    words = (
        "--photo",
        pictures / "sitter.png",
        "--exemplar",
        pictures / "oil.png",
        "--out",
        tmp_path / "o.png",
    )
    torch.save(WEIGHTS, path)
    assert "matebit import-checkpoint" in refusal(*words, "--checkpoint", path)
    path.write_bytes(b"0" * 64 + b"PK\x03\x04")
    assert "unfinished training" in refusal(*words, "--checkpoint", path)
    path.write_text("version https://git-lfs.github.com/spec/v1\n")
    assert "git lfs pull" in refusal(*words, "--checkpoint", path)
