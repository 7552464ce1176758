"""Folders as people have them: endings, links, long names, lists with commas, a share of few images, `~`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydantic import ValidationError
from small_sets import sections

from matebit.config.data import DataConfig
from matebit.data import import_images
from matebit.data.export_lists import row_text
from matebit.data.sources.folder import FolderSource
from matebit.data.sources.lists import read_rows
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage, decode_rgb, read_rgb
from matebit.io.picture_files import SUFFIXES
from matebit.pipeline.layout import Layout


def picture(path: Path, seed: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (18, 24, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(path, format="PNG")  # what a file is, its content says
    return path


def source(root: Path, **folder) -> FolderSource:
    return FolderSource(DataConfig(source="folder", root=str(root), folder=folder), 0)


def ids(found: FolderSource) -> list[str]:
    return [item.id for item in found.items()]


def test_every_ending_is_taken_and_the_others_are_counted_and_named(tmp_path: Path, caplog):
    for number, ending in enumerate((*SUFFIXES, ".JPG")):
        picture(tmp_path / f"p{number:02d}{ending}")
    for name in ("x.heic", "y.heic", "notes.md", ".hidden.txt"):
        (tmp_path / name).write_text("")
    assert {".jfif", ".jpe", ".gif", ".ppm", ".avif", ".jp2"} <= set(SUFFIXES)
    with caplog.at_level("WARNING"):
        assert len(ids(source(tmp_path))) == len(SUFFIXES) + 1
    assert "2 of the form .heic, which is not read (x.heic, y.heic)" in caplog.text
    assert "notes.md" in caplog.text
    assert "hidden" not in caplog.text


def test_links_are_followed_and_dangling_ones_named(tmp_path: Path, caplog):
    root = tmp_path / "root"
    picture(root / "own.png")
    picture(tmp_path / "elsewhere/deep/far.png")
    (root / "linked").symlink_to("../elsewhere")
    (root / "gone.png").symlink_to("nowhere.png")
    with caplog.at_level("WARNING"):
        assert ids(source(root)) == ["linked-deep-far", "own"]
    assert "1 links that lead nowhere (gone.png)" in caplog.text
    assert ids(source(root, images=["*/deep/*.png"])) == ["linked-deep-far"]
    assert ids(source(root, images=["*.png"])) == ["own"]
    (root / "linked/deep/round").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(MatebitError, match="round is a link to a folder that it lies in"):
        ids(source(root))


def test_names_that_are_no_text_and_names_beyond_the_file_system(tmp_path: Path, caplog):
    deep = tmp_path / ("a" * 120) / ("b" * 120)
    picture(deep / "one.png")
    picture(deep / "two.png", 1)
    (tmp_path / "bad\udcff.png").write_bytes((deep / "one.png").read_bytes())
    data = {"source": "folder", "root": str(tmp_path), "folder": {"test_share": 0.01}, "workers": 1}
    with caplog.at_level("WARNING"):
        import_images.run(sections(data), Layout("mine", tmp_path / "out"))
    assert "whose names are no UTF-8 text" in caplog.text
    found = sorted((tmp_path / "out/results/mine/data/images").iterdir())
    assert len(found) == 2
    assert source(tmp_path).id_of(f"{'a' * 120}/{'b' * 120}/two.png") in {path.stem for path in found}


def test_a_share_of_few_images_holds_out_one(tmp_path: Path):
    for number in range(5):
        picture(tmp_path / f"{number}.png", number)
    splits = [item.split for item in source(tmp_path, test_share=0.0001).items()]
    assert sorted(splits) == ["test", *["train"] * 4]
    data = {"source": "folder", "root": str(tmp_path), "workers": 1}
    with pytest.raises(MatebitError, match=r"gives no test image; set data\.folder\.test_share") as caught:
        import_images.run(sections(data), Layout("mine", tmp_path / "out"))
    assert "rejected.csv" not in str(caught.value)


def test_names_with_commas_in_lists(tmp_path: Path):
    for number in range(3):
        picture(tmp_path / f"Doe, Jane {number}.png", number)
    (tmp_path / "train.txt").write_text("Doe, Jane 0.png\nDoe, Jane 1.png,other.png\n")
    (tmp_path / "val.txt").write_text('"Doe, Jane 2.png"\n')
    found = {item.origin: item.split for item in source(tmp_path).items()}
    assert found["Doe, Jane 0.png"] == "train"
    assert found["Doe, Jane 2.png"] == "test"
    names = ["Doe, Jane 0.png", 'say "so".png', "plain.png"]
    (tmp_path / "ref.txt").write_text(row_text(names))
    assert read_rows(tmp_path / "ref.txt") == [names]


def test_home_and_variables_in_a_root(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("FACES", str(tmp_path / "faces"))
    for written in ("~/faces", "$FACES", "${FACES}", "$HOME/faces"):
        assert DataConfig(source="folder", root=written).root == str(tmp_path / "faces")
    with pytest.raises(ValidationError, match="NOWHERE_SET, which is not set"):
        DataConfig(source="folder", root="$NOWHERE_SET/faces")


def test_floating_numbers_are_seen_or_refused(tmp_path: Path):
    ramp = np.linspace(0, 1, 64, dtype=np.float32).reshape(8, 8)
    for whole in (1, 255, 65535):
        Image.fromarray(ramp * whole).save(tmp_path / "f.tiff")
        np.testing.assert_array_equal(read_rgb(tmp_path / "f.tiff")[..., 0], np.rint(ramp * 255))
    for bad in (ramp - 0.5, ramp * 1e6, np.where(ramp > 0.5, np.nan, ramp)):
        Image.fromarray(bad.astype(np.float32)).save(tmp_path / "f.tiff")
        with pytest.raises(BrokenImage, match=r"f\.tiff holds floating numbers"):
            read_rgb(tmp_path / "f.tiff")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture, which is not read; save it as JPEG or PNG"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "the pointer of Git LFS; run `git"),
        (b"<html><body>quota exceeded</body></html>", "a web page that came in place of the file"),
        (b"%PDF-1.7\n", "a PDF document; save its pictures as PNG"),
        (b"words", "cannot be read as an image"),
    ],
)
def test_what_is_no_picture_is_called_what_it_is(tmp_path: Path, head: bytes, said: str):
    path = tmp_path / "photo.jpg"
    path.write_bytes(head)
    with pytest.raises(BrokenImage) as caught:
        read_rgb(path)
    assert str(caught.value).startswith(str(path))
    assert said in str(caught.value)
    with pytest.raises(BrokenImage, match=r"^the picture "):
        decode_rgb(head, "the picture")
