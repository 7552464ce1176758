"""Results larger than the network makes them, and the paintings that may be shown."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

import matebit
from matebit.cli.app import app
from matebit.config.data import ConditionsConfig
from matebit.errors import MatebitError
from matebit.io.images import read_rgb
from matebit.translate import gallery, structure
from matebit.translate.enlarge import along_lines, enlarged
from matebit.translate.framing import frame_of

XDOG = ConditionsConfig(kind="xdog")


def test_made_small_again_it_is_about_the_result() -> None:
    rng = np.random.default_rng(1)
    image = cv2.resize(
        rng.integers(0, 256, (8, 8, 3), dtype=np.uint8), (32, 32), interpolation=cv2.INTER_CUBIC
    )
    tones = cv2.resize(
        rng.integers(0, 256, (12, 12), dtype=np.uint8), (128, 128), interpolation=cv2.INTER_CUBIC
    )
    back = cv2.resize(along_lines(image, tones), (32, 32), interpolation=cv2.INTER_AREA)
    assert np.abs(back.astype(int) - image).mean() < 3


def test_an_edge_of_the_photo_is_an_edge_of_the_result() -> None:
    # The border lies inside a pixel of the result, where no resampler of the result alone can find it.
    tones = np.full((128, 128), 60, np.uint8)
    tones[:, 66:] = 200
    image = np.zeros((32, 32, 3), np.uint8)
    image[:, :16], image[:, 16], image[:, 17:] = (200, 40, 30), (110, 100, 110), (20, 160, 190)
    sharp = along_lines(image, tones).astype(int)
    soft = cv2.resize(image, (128, 128), interpolation=cv2.INTER_LANCZOS4).astype(int)
    step = np.abs(sharp[64, 66] - sharp[64, 65]).sum()
    assert step > 2.5 * np.abs(np.diff(soft[64], axis=0)).sum(1).max()
    assert np.abs(sharp[64, 20] - (200, 40, 30)).max() < 12
    assert np.abs(sharp[64, 110] - (20, 160, 190)).max() < 12


def test_a_flat_photo_leaves_a_plain_enlargement() -> None:
    image = np.random.default_rng(3).integers(90, 160, (16, 16, 3), dtype=np.uint8)
    plain = cv2.resize(image.astype(np.float32), (64, 64), interpolation=cv2.INTER_LANCZOS4).clip(0, 255)
    assert np.abs(along_lines(image, np.full((64, 64), 128, np.uint8)) - plain).max() <= 1.5


@pytest.mark.parametrize("fit", ["pad", "crop"])
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_sizes_are_multiples_in_the_photos_shape(fit, factor) -> None:
    photo = np.random.default_rng(5).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    framed = structure.of_photo(photo, XDOG, 48, fit, "photo")
    large = enlarged(np.zeros((48, 48, 3), np.uint8), framed, factor)
    expected = (32 * factor, 48 * factor, 3) if fit == "pad" else (48 * factor, 48 * factor, 3)
    assert large.shape == expected
    drawing = structure.of_drawing(photo[..., 0], XDOG, 48, fit)
    assert enlarged(np.zeros((48, 48, 3), np.uint8), drawing, factor).shape == expected


def test_a_finished_condition_has_no_photo_and_is_enlarged_all_the_same(tmp_path: Path) -> None:
    framed = structure.Framed(np.zeros((2, 32, 32), np.uint8), frame_of(np.zeros((32, 32)), 32, "pad"))
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), dtype=np.uint8)
    large = enlarged(image, framed, 2)
    assert large.shape == (64, 64, 3)
    assert np.abs(cv2.resize(large, (32, 32), interpolation=cv2.INTER_AREA).astype(int) - image).mean() < 16


def test_the_command_and_python_enlarge_alike(checkpoints, pictures: Path, tmp_path: Path) -> None:
    words = ["translate", "--checkpoint", str(checkpoints["xdog"]), "--photo", str(pictures / "sitter.png")]
    words += ["--exemplar", str(pictures / "oil.png"), "--out", str(tmp_path / "o.png")]
    assert CliRunner().invoke(app, [*words, "--enlarge", "3"]).exit_code == 0
    translator = matebit.load(checkpoints["xdog"])
    side = translator.side()
    found = translator.translate(pictures / "sitter.png", pictures / "oil.png", enlarge=3)
    assert found.size == (3 * side, 3 * side)
    np.testing.assert_array_equal(read_rgb(tmp_path / "o.png"), np.asarray(found))
    refused = CliRunner().invoke(app, [*words, "--enlarge", "9"])
    assert isinstance(refused.exception, MatebitError)
    assert "1 to 8" in str(refused.exception)


def test_paintings_are_small_credited_and_in_the_public_domain() -> None:
    folder = Path(gallery.__file__).parent / "museum"
    files = {path.stem for path in folder.glob("*.jpg")}
    assert sum(path.stat().st_size for path in folder.iterdir()) <= 1.5 * 10**6
    with (folder / "works.csv").open(encoding="utf-8", newline="") as table:
        works = list(csv.DictReader(table))
    assert {work["id"] for work in works} == files == set(gallery.paintings())
    for work in works:
        assert work["licence"] == "CC0"
        assert work["link"].startswith("https://www.metmuseum.org/art/collection/search/")
        painting = gallery.paintings()[work["id"]]
        assert work["artist"] in painting.credit
        assert "Metropolitan Museum" in painting.credit
        with Image.open(folder / f"{work['id']}.jpg") as picture:
            assert picture.width == picture.height >= 256
        assert painting.draw(64).shape == (64, 64, 3)
