"""Joints in every form in which people have them, mapped to the 18 of OpenPose."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from matebit.config.data import DataConfig
from matebit.contracts.bodies import JOINTS
from matebit.data.sources.folder import FolderSource
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage

SIZE = (80, 100)
BODY_25 = [*JOINTS[:8], "mid_hip", *JOINTS[8:], *(f"foot{k}" for k in range(6))]
COCO = [
    "nose", "l_eye", "r_eye", "l_ear", "r_ear", "l_shoulder", "r_shoulder", "l_elbow", "r_elbow", "l_wrist",
    "r_wrist", "l_hip", "r_hip", "l_knee", "r_knee", "l_ankle", "r_ankle",
]  # fmt: skip
MEDIAPIPE = {
    0: "nose", 2: "l_eye", 5: "r_eye", 7: "l_ear", 8: "r_ear", 11: "l_shoulder", 12: "r_shoulder",
    13: "l_elbow", 14: "r_elbow", 15: "l_wrist", 16: "r_wrist", 23: "l_hip", 24: "r_hip", 25: "l_knee",
    26: "r_knee", 27: "l_ankle", 28: "r_ankle",
}  # fmt: skip
PLACES = {name: np.array((4.0 * number + 3, 5.0 * number + 2)) for number, name in enumerate(JOINTS)}
PLACES["neck"] = (PLACES["l_shoulder"] + PLACES["r_shoulder"]) / 2


def rows(names: list[str], shift: float = 0.0, score: float = 0.9, without: tuple = ()) -> list[float]:
    """x, y, score of each; what is in `without` was not found, what is no joint of ours is anywhere."""
    found = []
    for name in names:
        place = PLACES.get(name, np.ones(2)) + shift
        found += [0, 0, 0] if name in without else [*place, score]
    return found


def openpose(path: Path, *people: list) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": person} for person in people]}))


def coco(path: Path, *people: tuple[str, list, float]) -> None:
    names = sorted({name for name, _, _ in people})
    annotations = [
        {"image_id": names.index(name), "area": area, "keypoints": person} for name, person, area in people
    ]
    images = [{"id": number, "file_name": name} for number, name in enumerate(names)]
    path.write_text(json.dumps({"images": images, "annotations": annotations}))


def pose(root: Path, keypoints: str = "pose/{stem}"):
    Image.new("RGB", SIZE).save(root / "a.jpg")
    config = DataConfig(source="folder", root=str(root), folder={"images": ["*.jpg"], "keypoints": keypoints})
    source = FolderSource(config, 0)
    [item] = source.items()
    source.check(item)
    assert source.fingerprint(item)
    return source.body_pose(item)


def check(found, absent: tuple = ()) -> None:
    assert found.size == SIZE
    for name, place, present in zip(JOINTS, found.points, found.present, strict=True):
        assert present == (name not in absent), name
        if present:
            np.testing.assert_allclose(place, PLACES[name], atol=1e-4, err_msg=name)


@pytest.mark.parametrize("names", [BODY_25, list(JOINTS)], ids=["25", "18"])
def test_openpose_json(tmp_path: Path, names: list[str]):
    openpose(tmp_path / "pose/a_keypoints.json", rows(names, without=("l_ear",)))
    check(pose(tmp_path), absent=("l_ear",))


def test_of_several_people_the_surest(tmp_path: Path):
    several = rows(BODY_25, 2, 0.5), rows(BODY_25), rows(BODY_25, 1, 0.8)
    openpose(tmp_path / "pose/a_keypoints.json", *several)
    check(pose(tmp_path))


def test_coco_json(tmp_path: Path):
    others = ("b.jpg", rows(COCO, 5, 2), 9.0), ("a.jpg", rows(COCO, 3, 2), 5.0)
    coco(tmp_path / "people.json", *others, ("a.jpg", rows(COCO, 0, 2), 50.0))
    check(pose(tmp_path, "people.json"))
    coco(tmp_path / "people.json", ("a.jpg", rows(COCO, 0, 1, ("l_shoulder", "nose")), 50.0))
    check(pose(tmp_path, "people.json"), absent=("l_shoulder", "neck", "nose"))


def test_mediapipe_table(tmp_path: Path):
    lines = ["id,point,x,y,visibility"]
    for point in range(33):
        name = MEDIAPIPE.get(point, "")
        x, y = PLACES.get(name, np.ones(2)) / SIZE
        lines.append(f"a,{point},{x},{y},{0.1 if name == 'r_knee' else 0.9}")
    (tmp_path / "points.csv").write_text("\n".join(lines))
    check(pose(tmp_path, "points.csv"), absent=("r_knee",))


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda path: None, "a_candidate.txt does not exist.*COCO.*mediapipe"),
        (lambda path: openpose(path), "no person"),
        (lambda path: openpose(path, rows(list(JOINTS)[:15])), "15 joints"),
        (lambda path: openpose(path, rows(BODY_25, 900)), "outside the picture"),
        (lambda path: path.write_text("{"), "no JSON of OpenPose"),
        (lambda path: path.write_text('{"images": []}'), "no JSON of OpenPose"),
    ],
    ids=["absent", "nobody", "joints", "outside", "cut", "other"],
)
def test_broken_files_of_one_image(tmp_path: Path, write, words: str):
    (tmp_path / "pose").mkdir()
    write(tmp_path / "pose/a_keypoints.json")
    with pytest.raises(BrokenImage, match=words) as raised:
        pose(tmp_path)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("people.json", None, "does not exist.*OpenPose"),
        ("people.json", "{", "no JSON of COCO"),
        ("people.json", '{"people": []}', "no JSON of COCO"),
        ("points.csv", "id,point,x\na,0,1", "lacks the column 'y'"),
        ("people.json", '{"images": [], "annotations": []}', "holds no person of a.jpg"),
    ],
    ids=["absent", "cut", "other", "column", "nobody"],
)
def test_broken_files_for_all_images(tmp_path: Path, name: str, text: str | None, words: str):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(MatebitError, match=words) as raised:
        pose(tmp_path, name)
    assert "\n" not in str(raised.value)
