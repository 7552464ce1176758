"""Published datasets: the table, the licence, what is fetched and what must come by hand."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from command import REPOSITORY, complaint, matebit
from matebit.config.data import DataConfig
from matebit.config.read import read_mapping, validated
from matebit.config.schema import Params
from matebit.data.datasets import absent_data, dataset_named, datasets
from matebit.data.fetching import fetch_dataset
from matebit.errors import MatebitError
from served_files import Server

SHIPPED = sorted((REPOSITORY / "params").glob("*.yaml"))


def config(root: Path, **changes) -> DataConfig:
    licence = dataset_named("celebamask-hq").licence
    known = {"source": "celebamask", "dataset": "celebamask-hq", "root": str(root), "accept_licence": licence}
    return DataConfig(**known | changes)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "by-hand.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr("CelebAMask-HQ/CelebA-HQ-img/0.jpg", b"picture")
        zipped.writestr("CelebAMask-HQ/CelebAMask-HQ-mask-anno/0/00000_skin.png", b"mask")
    return path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_name_datasets_of_the_table(path: Path):
    data = validated(Params, read_mapping(path), str(path)).data
    if data.dataset is not None:
        said = absent_data(data)
        assert dataset_named(data.dataset).licence in said
        assert dataset_named(data.dataset).home in said
        assert data.root in said
        assert "\n" not in said


def test_every_dataset_of_the_table_is_in_the_document():
    page = (REPOSITORY / "docs/datasets.md").read_text()
    for dataset in datasets().values():
        assert dataset.licence in page
        assert dataset.home in page


def test_an_archive_fetched_by_hand_becomes_the_root(tmp_path: Path, archive: Path):
    root = fetch_dataset(config(tmp_path / "data/celeba"), archive)
    assert (root / "CelebA-HQ-img/0.jpg").read_bytes() == b"picture"
    with pytest.raises(MatebitError, match="there already"):
        fetch_dataset(config(root), archive)
    assert absent_data(config(root)) is None


def test_a_download_goes_beside_the_root_and_is_used_again(tmp_path: Path, archive: Path, server: Server):
    file = server.add("/x.zip", archive.read_bytes(), troubles=["cut"])
    place = config(tmp_path / "data/celeba")
    root = fetch_dataset(place, url=f"{server.url}/x.zip")
    assert (root / "CelebA-HQ-img/0.jpg").exists()
    assert len(file.asked) == 2
    again = config(tmp_path / "data/other")
    assert fetch_dataset(again, url=f"{server.url}/x.zip").is_dir()
    assert len(file.asked) == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accept_licence": None}, "non-commercial research.*data.accept_licence"),
        ({"accept_licence": "MIT"}, "non-commercial research"),
        ({"dataset": "metfaces", "accept_licence": "CC BY-NC 2.0"}, "no program can fetch metfaces"),
        ({"dataset": None}, "data.dataset and data.root"),
        ({"dataset": "metface"}, "did you mean 'metfaces'"),
    ],
)
def test_what_is_not_fetched(tmp_path: Path, changes: dict, words: str):
    with pytest.raises(MatebitError, match=words):
        fetch_dataset(config(tmp_path / "root", **changes))
    assert list(tmp_path.iterdir()) == []


def test_a_quota_page_names_the_way_by_hand(tmp_path: Path, server: Server):
    server.add("/x.zip", b"<title>Google Drive - Quota exceeded</title>", content_type="text/html")
    with pytest.raises(MatebitError, match=r"quota.*--archive FILE"):
        fetch_dataset(config(tmp_path / "root"), url=f"{server.url}/x.zip")


def test_the_command(tmp_path: Path, archive: Path):
    params = REPOSITORY / "params/celebahq-edges.yaml"
    options = ("--archive", archive, "--set", "data.root=celeba")
    said = complaint(matebit(tmp_path, "fetch", params, *options))
    assert "data.accept_licence" in said
    licence = dataset_named("celebamask-hq").licence
    result = matebit(tmp_path, "fetch", params, *options, "--set", f"data.accept_licence={licence}")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "celeba/CelebA-HQ-img/0.jpg").exists()
