"""Landmarks by face-alignment: which face, which coordinates, and what is said when something lacks."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from small_sets import Sections, sections

import stub_face_alignment
from matebit.config.conditions import ExtractorsConfig
from matebit.config.data import ConditionsConfig
from matebit.data import extract_conditions, import_images
from matebit.data.extractors import face_alignment
from matebit.data.extractors.face_alignment import LandmarkFinder
from matebit.data.extractors.registry import load_extractors
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.io.images import BrokenImage
from matebit.pipeline.layout import Layout

CONFIG = ExtractorsConfig(landmarks="face_alignment")
FACE = np.stack([np.arange(68.0), np.arange(68.0) / 2], axis=-1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return stub_face_alignment.weights_below(tmp_path, monkeypatch)


def test_the_largest_of_several_faces_in_parts_of_the_picture(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = stub_face_alignment.install(monkeypatch)
    finder = LandmarkFinder(CONFIG)
    library.found = [((0, 0, 9, 9), FACE + 7), ((0, 0, 40, 30), FACE), ((50, 0, 80, 20), FACE + 3)]
    points = finder(np.zeros((100, 200, 3), np.uint8), "photo.jpg")
    np.testing.assert_allclose(points * (200, 100), FACE)
    assert points.dtype == np.float64
    library.found = []
    with pytest.raises(BrokenImage, match=r"photo\.jpg shows no face"):
        finder(np.zeros((100, 200, 3), np.uint8), "photo.jpg")


def test_what_is_recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stub_face_alignment.install(monkeypatch)
    [record] = load_extractors(CONFIG).records
    assert (record.finds, record.extractor, record.version) == (
        "landmarks", "face_alignment", "face-alignment 1.5.0",
    )  # fmt: skip
    names, digests = record.weights.split(), record.weights_sha256.split()
    assert names == [face_alignment.NETWORK, face_alignment.DETECTOR]
    assert digests == [sha256_of_file(folder / name) for name in names]


def plain_set(root: Path) -> Sections:
    rng = np.random.default_rng(0)
    root.mkdir()
    for name in "ab":
        Image.fromarray(rng.integers(0, 256, (30, 60, 3), dtype=np.uint8)).save(root / f"{name}.png")
    plain = sections({"source": "folder", "root": str(root), "folder": {"test_items": "b"}})
    return Sections(plain.data, ConditionsConfig(kind="canny", extractors=CONFIG), plain.pairs)


def test_stage_writes_them_as_those_of_drawn_portraits(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = stub_face_alignment.install(monkeypatch)
    library.found = [((0, 0, 40, 30), FACE)]
    params, layout = plain_set(tmp_path / "set"), Layout("x", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    assert set(library.seen) == {(512, 512, 3)}
    table = pd.read_csv(layout.conditions / "landmarks.csv")
    assert table.groupby("id").point.apply(list).tolist() == [list(range(68))] * 2
    np.testing.assert_allclose(table[table.id == "a"][["x", "y"]], FACE / 512, rtol=1e-8)
    assert pd.read_csv(layout.conditions / "extractors.csv").finds.tolist() == ["landmarks"]


def test_pictures_without_a_face_are_rejected(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub_face_alignment.install(monkeypatch)
    params, layout = plain_set(tmp_path / "set"), Layout("x", tmp_path)
    import_images.run(params, layout)
    with pytest.raises(MatebitError, match="2 of 2 images cannot be used"):
        extract_conditions.run(params, layout)
    assert pd.read_csv(layout.conditions / "rejected.csv").reason.str.contains("shows no face").all()


def test_an_absent_or_another_library_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "face_alignment", None)
    with pytest.raises(MatebitError, match=r"face-alignment 1\.5, which is not installed .*how to install"):
        load_extractors(CONFIG)
    stub_face_alignment.install(monkeypatch, "1.4.1")
    with pytest.raises(MatebitError, match=r"but 1\.4\.1 is installed"):
        load_extractors(CONFIG)


@pytest.mark.parametrize(
    ("file", "unfit"),
    [(face_alignment.NETWORK, "does not fit FAN"), (face_alignment.DETECTOR, None)],
)
def test_absent_and_unfit_weights_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, file: str, unfit: str | None
) -> None:
    stub_face_alignment.install(monkeypatch)
    (folder / file).write_bytes(b"<html>quota exceeded</html>")
    with pytest.raises(MatebitError, match=f"{file} cannot be read as"):
        load_extractors(CONFIG)
    if unfit:
        torch.save({"conv.weight": torch.zeros(2)}, folder / file)
        with pytest.raises(MatebitError, match=unfit):
            load_extractors(CONFIG)
    (folder / file).unlink()
    with pytest.raises(MatebitError, match=rf"conditions\.extractors\.landmarks.*{file}.*weights fetch"):
        load_extractors(CONFIG)
