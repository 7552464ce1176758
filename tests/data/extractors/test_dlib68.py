"""dlib's landmarks with their real weights, where the extra is installed; what is said where it is not."""

from __future__ import annotations

import sys
from dataclasses import astuple
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from matebit.config.extractors import ExtractorsConfig
from matebit.data.align_faces import FaceAligner, aligner_by_network
from matebit.data.alignment import Alignment
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage, read_rgb

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
