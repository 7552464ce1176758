"""`--align`: a photo's face in the frame of CelebA-HQ, its map written down, and the face laid back."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from test_translate_pictures import refusal, run

import matebit
import stub_face_alignment
from matebit.data.alignment import Alignment, alignment_of
from matebit.drawn.portraits.drawing import geometry
from matebit.drawn.portraits.landmarks import landmarks
from matebit.io.images import read_rgb, write_png
from matebit.translate.gallery import bundled

SIDE = 96  # px of the drawn face
PLACE = (70, 30)  # of its left upper corner in the photo


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return stub_face_alignment.weights_below(tmp_path, monkeypatch)


@pytest.fixture
def face(weights: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Alignment:
    """photo.png, 240 x 160 px, with a face in it that the stand-in finds; gives the map to expect."""
    sitter = bundled("sitter-1")
    photo = np.full((160, 240, 3), 120, np.uint8)
    photo[PLACE[1] : PLACE[1] + SIDE, PLACE[0] : PLACE[0] + SIDE] = sitter.draw(SIDE)
    write_png(tmp_path / "photo.png", photo)
    points = landmarks(sitter.shape) * SIDE + PLACE
    stub_face_alignment.install(monkeypatch).found = [((0, 0, 9, 9), points)]
    return alignment_of(points / (240, 160), (240, 160), "photo")


def words(checkpoints, pictures: Path, folder: Path, kind: str = "xdog") -> tuple[str | Path, ...]:
    return ("--checkpoint", checkpoints[kind], "--photo", folder / "photo.png", "--exemplar",
            pictures / "oil.png", "--align")  # fmt: skip


def test_the_network_sees_the_aligned_face_alone(checkpoints, pictures, face: Alignment, tmp_path) -> None:
    run(*words(checkpoints, pictures, tmp_path), "--out", tmp_path / "o.png")
    cut = face.image(read_rgb(tmp_path / "photo.png"), 32, "bilinear")
    expected = matebit.load(checkpoints["xdog"]).translate(cut, pictures / "oil.png")
    np.testing.assert_array_equal(read_rgb(tmp_path / "o.png"), np.asarray(expected))
    [row] = pd.read_csv(tmp_path / "o-alignment.csv").itertuples()
    assert row.id == str(tmp_path / "photo.png")
    assert (row.a, row.b, row.c, row.d, row.e, row.f) == (face.a, face.b, face.c, face.d, face.e, face.f)
    assert row.landmarks.startswith("face-alignment 1.5.0")
    found = matebit.load(checkpoints["xdog"]).translate(
        tmp_path / "photo.png", pictures / "oil.png", align=True
    )
    np.testing.assert_array_equal(np.asarray(found), np.asarray(expected))


def test_masks_come_along(checkpoints, pictures, face: Alignment, tmp_path) -> None:
    labels = np.zeros((160, 240), np.uint8)
    labels[PLACE[1] : PLACE[1] + SIDE, PLACE[0] : PLACE[0] + SIDE] = geometry(
        bundled("sitter-1").shape, SIDE
    ).labels
    write_png(tmp_path / "labels.png", labels)
    write_png(tmp_path / "aligned.png", face.labels(labels, 32))
    run(*words(checkpoints, pictures, tmp_path, "parsing"), "--masks", tmp_path / "labels.png",
        "--out", tmp_path / "o.png")  # fmt: skip
    run("--checkpoint", checkpoints["parsing"], "--condition", tmp_path / "aligned.png", "--exemplar",
        pictures / "oil.png", "--out", tmp_path / "same.png")  # fmt: skip
    assert (tmp_path / "o.png").read_bytes() == (tmp_path / "same.png").read_bytes()


def test_the_face_is_laid_back_where_it_was(checkpoints, pictures, face: Alignment, tmp_path) -> None:
    photo = read_rgb(tmp_path / "photo.png")
    run(*words(checkpoints, pictures, tmp_path), "--paste", "--out", tmp_path / "folder")
    assert {path.name for path in (tmp_path / "folder").iterdir()} == {"photo__oil.png", "alignment.csv"}
    pasted = read_rgb(tmp_path / "folder/photo__oil.png")
    assert pasted.shape == photo.shape
    assert (pasted[:8] == photo[:8]).all()
    assert (pasted != photo).any()
    # What is laid back unchanged is what was there, as well as the smaller square could hold it.
    square = face.image(photo, 128, "bicubic")
    back = face.paste(square, photo).astype(int)
    assert np.abs(back - photo).mean() < 1.5
    # A square of one colour fills the face's place, and nothing beyond the frame.
    red = face.paste(np.full((64, 64, 3), (255, 0, 0), np.uint8), photo)
    rows, columns = np.mgrid[:160, :240]
    inside = face.points(np.stack([(columns + 0.5) / 240, (rows + 0.5) / 160], -1).reshape(-1, 2))
    inside = inside.reshape(160, 240, 2)
    assert (red[((inside > 0.1) & (inside < 0.9)).all(axis=-1)] == (255, 0, 0)).all()
    outside = ((inside < -0.01) | (inside > 1.01)).any(axis=-1)
    np.testing.assert_array_equal(red[outside], photo[outside])


def test_several_photos_to_a_folder_and_one_without_a_face(
    checkpoints, pictures, weights, monkeypatch, tmp_path
) -> None:
    stub = stub_face_alignment.install(monkeypatch)
    (tmp_path / "photos").mkdir()
    write_png(tmp_path / "photos/a.png", bundled("sitter-1").draw(SIDE))
    write_png(tmp_path / "photos/b.png", np.zeros((SIDE, SIDE, 3), np.uint8))
    known = landmarks(bundled("sitter-1").shape) * SIDE
    own = stub.get_landmarks_from_image

    def seen(self, image: np.ndarray, **how):
        stub.found = [((0, 0, 9, 9), known)] if image.any() else []
        return own(self, image, **how)

    monkeypatch.setattr(stub, "get_landmarks_from_image", seen)
    given = ("--checkpoint", checkpoints["xdog"], "--photo", tmp_path / "photos", "--exemplar",
             pictures / "oil.png", "--align", "--out")  # fmt: skip
    said = refusal(*given, tmp_path / "out")
    assert "b.png shows no face" in said
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a__oil.png", "alignment.csv"]
    (tmp_path / "photos/b.png").write_bytes((tmp_path / "photos/a.png").read_bytes())
    run(*given, tmp_path / "sheet.png")
    assert Image.open(tmp_path / "sheet.png").size == (2 * 32 + 4, 3 * 32 + 2 * 4)
    assert len(pd.read_csv(tmp_path / "sheet-alignment.csv")) == 2


def test_what_lacks_is_said_and_nothing_written(
    checkpoints, pictures, face, weights, monkeypatch, tmp_path
) -> None:
    given = words(checkpoints, pictures, tmp_path)
    out = ("--out", tmp_path / "o.png")
    assert "give --align too" in refusal(*given[:-1], "--paste", *out)
    assert "--align belongs to --photo" in refusal(*given[:2], "--condition", *given[3:], *out)
    assert "folder as --out" in refusal(*given, "--exemplar", pictures / "sitter.png", "--paste", *out)
    stub_face_alignment.install(monkeypatch)
    assert "photo.png shows no face that --align finds" in refusal(*given, *out)
    monkeypatch.setitem(sys.modules, "face_alignment", None)
    monkeypatch.setitem(sys.modules, "_dlib_pybind11", None)  # which would find it instead
    assert "--align needs the package face-alignment 1.5, which is not installed" in refusal(*given, *out)
    for file in weights.iterdir():
        file.unlink()
    assert "--align needs" in (said := refusal(*given, *out))
    assert "matebit weights fetch face-detector" in said
    assert not list(tmp_path.glob("o*"))
