"""dlib's landmarks with their real weights, where the extra is installed; what is said where it is not."""

from __future__ import annotations

import sys
from dataclasses import astuple
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from small_sets import sections

from matebit.config.conditions import ExtractorsConfig
from matebit.config.data import ConditionsConfig
from matebit.config.model import ModelConfig
from matebit.data import import_images
from matebit.data.align_faces import FaceAligner, aligner_by_network
from matebit.data.alignment import Alignment
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage, read_rgb, write_png
from matebit.model.build import build_generator
from matebit.pipeline.layout import Layout
from matebit.translate.files import Request, translate_files
from matebit.translate.recorded import Recorded
from matebit.translate.translator import Translator

TINY = ModelConfig(
    ngf=4, ndf=4, num_d=1, blocks=1, token_stride=4, crop_size=32, init_gain=0.3, condition_channels=2
)
ASKED = ExtractorsConfig(landmarks="dlib68")
installed = pytest.mark.skipif(
    find_spec("dlib") is None or find_spec("face_recognition_models") is None,
    reason="the extra landmarks-dlib is not installed",
)


@pytest.fixture(scope="module")
def aligner() -> FaceAligner:
    return aligner_by_network(ASKED, "--align")


def corners(alignment: Alignment, image: np.ndarray) -> np.ndarray:
    """The corners of the frame in px of the image, (4,2)."""
    back = np.linalg.inv([astuple(alignment)[:3], astuple(alignment)[3:], (0, 0, 1)])
    return (np.array([(0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]) @ back.T)[:, :2] * image.shape[1::-1]


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two convex quadrilaterals."""
    planes = [np.float32(plane) for plane in (one, other)]
    common = cv2.intersectConvexConvex(*planes)[0]
    return common / (sum(cv2.contourArea(plane) for plane in planes) - common)


@installed
def test_aligned_faces_are_found_in_their_own_frame(shared_data: Path, aligner: FaceAligner):
    for path in sorted((shared_data / "celebahq-sample/CelebA-HQ-img").glob("*.jpg")):
        image = read_rgb(path)
        side = len(image)
        own = np.array([(0, 0), (side, 0), (side, side), (0, side)], dtype=float)
        found = corners(aligner.align(image, path.name), image)
        assert np.linalg.norm(found - own, axis=1).mean() < 0.04 * side, path.name
        assert overlap(found, own) > 0.9, path.name


@installed
def test_a_turned_and_halved_photograph(shared_data: Path, aligner: FaceAligner):
    for path in sorted((shared_data / "celebahq-sample/CelebA-HQ-img").glob("*.jpg"))[:3]:
        image = read_rgb(path)
        side = len(image)
        turn = cv2.getRotationMatrix2D((side / 2, side / 2), 30, 0.5)
        turn[:, 2] -= 0.15 * side
        turned = cv2.warpAffine(image, turn, (int(0.7 * side),) * 2, borderValue=(90, 90, 90))
        expected = np.c_[corners(aligner.align(image, path.name), image), np.ones(4)] @ turn.T
        found = corners(aligner.align(turned, path.name), turned)
        assert np.linalg.norm(found - expected, axis=1).max() < 0.04 * side / 2, path.name


@installed
def test_a_picture_without_a_face_is_rejected(aligner: FaceAligner):
    with pytest.raises(BrokenImage, match="wall shows no face that --align finds"):
        aligner.align(np.full((200, 300, 3), 120, np.uint8), "wall")


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(MatebitError, match=r"--align needs dlib, which is not installed.*landmarks-dlib"):
        aligner_by_network(ASKED, "--align")


@installed
def test_aligned_by_the_data_stage_and_laid_back_by_translate(shared_data: Path, tmp_path: Path):
    """A face in a larger picture, through `data.align: dlib68` and `translate --align --paste`."""
    path = min((shared_data / "celebahq-sample/CelebA-HQ-img").glob("*.jpg"))
    face = cv2.resize(read_rgb(path), (256, 256), interpolation=cv2.INTER_AREA)
    photo = np.full((320, 400, 3), 90, np.uint8)
    photo[40:296, 100:356] = face
    root = tmp_path / "set"
    root.mkdir()
    for name in ("a", "b"):
        write_png(root / f"{name}.png", photo)
    write_png(root / "wall.png", np.full((300, 300, 3), 120, np.uint8))
    known = {"images": ["*.png"], "test_items": "b"}
    data = {"source": "folder", "root": str(root), "align": "dlib68", "workers": 1, "folder": known}
    layout = Layout("x", tmp_path)
    more = {"near_duplicates": "keep", "max_rejected_share": 0.5}
    import_images.run(sections(data | more, kind="xdog"), layout)
    table = pd.read_csv(layout.data / "alignment.csv").set_index("id")
    assert set(table.index) == {"a", "b"}
    assert table.landmarks.str.contains("dlib").all()
    [(id, reason)] = pd.read_csv(layout.data / "rejected.csv")[["id", "reason"]].itertuples(index=False)
    assert id == "wall"
    assert "no face" in reason
    own = Alignment(*table.loc["a", ["a", "b", "c", "d", "e", "f"]])
    middle = corners(own, photo).mean(axis=0)
    assert np.abs(middle - (228, 168)).max() < 0.04 * 256
    translator = Translator(build_generator(TINY), Recorded(ConditionsConfig(kind="xdog")), "tiny")
    translator.__dict__["face_aligner"] = aligner_by_network(ASKED, "--align")
    request = Request([root / "a.png"], [], [root / "b.png"], tmp_path / "o.png", align=True, paste=True)
    translate_files(translator, request)
    pasted = read_rgb(tmp_path / "o.png")
    assert pasted.shape == photo.shape
    assert (pasted[:20] == photo[:20]).all()
    assert (pasted[100:230, 160:290] != photo[100:230, 160:290]).mean() > 0.5
