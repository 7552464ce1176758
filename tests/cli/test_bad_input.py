"""Bad input: one sentence naming file and key, status 2, no traceback, nothing half-written."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from celeba_folder import write_folder

from command import complaint, matebit, matebit_here
from tiny_experiment import contents

PARAMS = """
name: mine
threads: 1
data: {source: celebamask, root: faces, load_size: 32, crop_size: 32, workers: 1}
pairs: {method: color_layout}
features: {weights: random, width: 0.125}
model: {ngf: 4, ndf: 4, num_d: 1, blocks: 1, token_stride: 4}
train: {images: 4}
tracking: {enabled: false}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project folder with a params file and a small dataset."""
    write_folder(tmp_path / "faces")
    (tmp_path / "params").mkdir()
    (tmp_path / "params/mine.yaml").write_text(PARAMS)
    return tmp_path


def handed_on(folder: Path) -> dict[str, bytes]:
    """What lies where results are expected; logs and the state of a run are aside."""
    return {
        name: data
        for name, data in contents(folder).items()
        if name.split("/")[0] in ("results", "reports") and not name.endswith("rejected.csv")
    }


def refused_by(folder: Path, stage: str, run=matebit_here) -> str:
    """What `matebit STAGE` says; there must be no index and no part of a file after it."""
    said = complaint(run(folder, stage, "results/mine/params.yaml"))
    left = handed_on(folder)
    assert f"results/mine/{stage}/index.csv" not in left
    assert [name for name in left if Path(name).name.startswith(".") and name[-7:] != ".engine"] == []
    return said


@pytest.mark.parametrize(
    ("text", "changes", "words"),
    [
        ("trian: {images: 4}", [], ["params/bad.yaml", "'trian'", "'train'"]),
        ("train: {images: many}", [], ["params/bad.yaml", "train.images", "'many'"]),
        ("train: [", [], ["params/bad.yaml", "not YAML"]),
        ("just words", [], ["params/bad.yaml", "mapping"]),
        ("seed: 1", ["train.imags=4"], ["train.imags", "'images'"]),
        ("seed: 1", ["train.images"], ["train.images", "KEY=VALUE"]),
        ("name: ../out", [], ["name", "../out"]),
        (None, [], ["params/bad.yaml", "does not exist"]),
    ],
)
def test_a_params_file_with_a_mistake(folder: Path, text, changes, words):
    if text is not None:
        (folder / "params/bad.yaml").write_text(text)
    options = [word for change in changes for word in ("--set", change)]
    said = complaint(matebit_here(folder, "resolve", "params/bad.yaml", *options))
    assert all(word in said for word in words), said
    assert handed_on(folder) == {}


@pytest.fixture
def resolved(folder: Path) -> Path:
    assert matebit_here(folder, "resolve", "params/mine.yaml").returncode == 0
    return folder


def test_a_missing_folder(resolved: Path):
    (resolved / "faces").rename(resolved / "elsewhere")
    said = refused_by(resolved, "data")
    assert "faces" in said
    assert "data.root" in said


def test_no_folder_at_all(folder: Path):
    text = PARAMS.replace("root: faces, ", "")
    (folder / "params/mine.yaml").write_text(text)
    assert matebit_here(folder, "resolve", "params/mine.yaml").returncode == 0
    assert "data.root" in refused_by(folder, "data")


def test_an_empty_split(resolved: Path):
    (resolved / "faces/val.txt").write_text("")
    said = refused_by(resolved, "data")
    assert "test" in said
    assert "val.txt" in said or "test_list" in said


@pytest.mark.parametrize("harm", ["truncated", "no image", "empty"])
def test_too_many_broken_images(resolved: Path, harm: str):
    path = resolved / "faces/CelebA-HQ-img/1.jpg"
    whole = path.read_bytes()
    path.write_bytes({"truncated": whole[: len(whole) // 2], "no image": b"text", "empty": b""}[harm])
    said = refused_by(resolved, "data")
    assert "max_rejected_share" in said
    assert "rejected.csv" in said


@pytest.mark.parametrize("what", ["image", "masks"])
def test_a_few_broken_items_are_listed_and_the_rest_goes_on(folder: Path, what: str):
    share = ("--set", "data.max_rejected_share=0.5")
    assert matebit_here(folder, "resolve", "params/mine.yaml", *share).returncode == 0
    if what == "image":
        path = folder / "faces/CelebA-HQ-img/1.jpg"
        path.write_bytes(path.read_bytes()[:200])
    else:
        for path in (folder / "faces/CelebAMask-HQ-mask-anno/0").glob("00001_*.png"):
            path.unlink()
    results = folder / "results/mine"
    for stage in ("data", "conditions", "pairs"):
        result = matebit_here(folder, stage, "results/mine/params.yaml")
        assert result.returncode == 0, result.stderr
    tables = [pd.read_csv(path, dtype=str) for path in results.glob("*/rejected.csv")]
    rejected = pd.concat(tables)
    assert len(rejected) == 1
    assert "1" in rejected["id"].iloc[0]
    assert rejected["reason"].str.len().min() > 10
    assert len(pd.read_csv(results / "conditions/index.csv")) == 5


def test_stages_out_of_order_name_the_one_before(resolved: Path):
    first = "data/index.csv does not exist; run the stage that writes it"
    for stage in ("conditions", "pairs", "segmenter"):
        assert first in refused_by(resolved, stage)
    assert "values.csv does not exist; run the stage that writes it" in refused_by(resolved, "report")
    of_a_run = ("results/mine/params.yaml", "matebit", "--seed", "1")
    for stage in ("train", "metrics"):
        assert first in complaint(matebit_here(resolved, stage, *of_a_run))
    assert "there is no checkpoint at" in complaint(matebit_here(resolved, "translate", *of_a_run))
    assert matebit_here(resolved, "data", "results/mine/params.yaml").returncode == 0
    said = complaint(matebit_here(resolved, "train", "results/mine/params.yaml", "matebit"))
    assert "conditions/index.csv does not exist; run the stage that writes it" in said
    assert not (resolved / "results/mine/train").exists()


def test_damaged_results_of_the_stage_before(resolved: Path):
    assert matebit(resolved, "data", "results/mine/params.yaml").returncode == 0
    (resolved / "results/mine/data/index.csv").write_text("something,else\n1,2\n")
    assert "data/index.csv lacks the column" in refused_by(resolved, "conditions", matebit)


def test_another_method_or_seed(resolved: Path):
    words = ("train", "results/mine/params.yaml")
    assert "matebit" in complaint(matebit_here(resolved, *words, "vanila"))
    assert "--seed must be" in complaint(matebit_here(resolved, *words, "matebit", "--seed", "7"))


def test_a_params_file_where_a_resolved_one_is_expected(resolved: Path):
    assert "matebit resolve" in complaint(matebit_here(resolved, "data", "params/mine.yaml"))
    assert "does not exist" in complaint(matebit_here(resolved, "data", "results/other/params.yaml"))
