"""Extractors with weight files of the right form, of a wrong one, and absent."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from small_sets import Sections, contents, sections

from matebit.config.conditions import ExtractorsConfig
from matebit.config.data import ConditionsConfig
from matebit.contracts.bodies import JOINTS
from matebit.contracts.faces import LABELS
from matebit.data import extract_conditions, import_images
from matebit.data.extractors import bisenet, keypoint_rcnn
from matebit.data.extractors.keypoint_rcnn import COCO_JOINTS, JointFinder, openpose_joints
from matebit.data.extractors.registry import EXTRACTORS, load_extractors
from matebit.data.extractors.state import extracting
from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.io.images import BrokenImage
from matebit.pipeline.layout import Layout


def test_names_of_the_schema_are_those_of_the_registry() -> None:
    for finds, known in EXTRACTORS.items():
        literal, _ = get_args(ExtractorsConfig.model_fields[finds].annotation)
        assert set(get_args(literal)) == set(known)


def test_joints_of_coco_in_the_order_of_openpose() -> None:
    points = np.arange(34, dtype=np.float32).reshape(17, 2)
    present = np.ones(17, bool)
    present[COCO_JOINTS.index("l_knee")] = False
    pose = openpose_joints(points, present, (40, 50))
    for name, place, there in zip(JOINTS, pose.points, pose.present, strict=True):
        if name == "neck":
            np.testing.assert_array_equal(place, (points[5] + points[6]) / 2)
        else:
            np.testing.assert_array_equal(place, points[COCO_JOINTS.index(name)])
        assert there == (name != "l_knee")
    present[COCO_JOINTS.index("r_shoulder")] = False
    assert not openpose_joints(points, present, (40, 50)).present[JOINTS.index("neck")]


def test_of_many_people_the_surest_is_taken_and_weak_joints_are_missing(weights: Path) -> None:
    finder = JointFinder(ExtractorsConfig(min_joint_score=1.5))
    rng = np.random.default_rng(0)
    found = {
        "scores": np.array([0.75, 0.9, 0.1], np.float32),
        "keypoints": rng.random((3, 17, 3), dtype=np.float32),
        "keypoints_scores": np.tile(np.arange(17, dtype=np.float32), (3, 1)),
    }
    pose = finder._surest(found, (30, 20, 3), "photo.jpg")
    assert pose.size == (20, 30)
    np.testing.assert_array_equal(pose.points[0], found["keypoints"][1, 0, :2])
    assert set(np.array(JOINTS)[~pose.present]) == {"nose", "l_eye"}
    for scores, sure, words in (
        ([], 0, "no person"),
        ([0.69], 9, "no person"),
        ([0.8], 0, "without a joint"),
    ):
        none = {
            "scores": np.array(scores, np.float32),
            "keypoints": np.zeros((1, 17, 3), np.float32),
            "keypoints_scores": np.full((1, 17), sure, np.float32),
        }
        with pytest.raises(BrokenImage, match=words) as caught:
            finder._surest(none, (30, 20, 3), "photo.jpg")
        assert "photo.jpg" in str(caught.value)


def test_random_joint_finder_runs_as_torchvision_does(weights: Path) -> None:
    image = np.random.default_rng(1).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    finder = JointFinder(ExtractorsConfig(min_person_score=0, min_joint_score=-1e9))
    finder._network.transform.min_size = (64,)
    with extracting():
        [expected] = finder._network([torch.from_numpy(image).permute(2, 0, 1).float() / 255])
    assert len(expected["scores"]), "these random weights see somebody"
    pose = finder(image, "x")
    surest = int(expected["scores"].argmax())
    np.testing.assert_array_equal(
        pose.points[JOINTS.index("l_wrist")], expected["keypoints"][surest, COCO_JOINTS.index("l_wrist"), :2]
    )


@pytest.mark.parametrize("found", [{"parsing": "bisenet"}, {"pose": "keypoint_rcnn"}])
def test_a_network_computes_in_one_thread_and_gives_the_others_back(weights: Path, found: dict) -> None:
    before = torch.get_num_threads()
    seen = []
    try:
        torch.set_num_threads(2)
        [extractor] = [one for one in vars(load_extractors(ExtractorsConfig(**found))).values() if one]
        extractor._network.register_forward_hook(lambda *_: seen.append(torch.get_num_threads()))
        with suppress(BrokenImage):
            extractor(np.zeros((64, 64, 3), np.uint8), "x")
        assert (seen, torch.get_num_threads()) == ([1], 2)
    finally:
        torch.set_num_threads(before)


def test_network_labels_are_all_of_ours() -> None:
    assert sorted(bisenet.NETWORK_LABELS) == sorted(LABELS)


def faceless_set(root: Path) -> Path:
    """Photographs in the layout of DeepFashion, which knows no parsing map."""
    rng = np.random.default_rng(0)
    for view in ("id_1/01_1_front", "id_2/01_1_front"):
        for suffix in ("candidate", "subset"):
            path = root / f"pose/WOMEN/Dresses/{view}_{suffix}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            row = "8 8 1 0" if suffix == "candidate" else " ".join(["0", *["-1"] * 17, "1", "1"])
            path.write_text(row)
        picture = root / f"img/WOMEN/Dresses/{view}.jpg"
        picture.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(picture)
    (root / "val.txt").write_text("img/WOMEN/Dresses/id_2/01_1_front.jpg")
    return root


def parsing_by_network(root: Path, **extractors: float) -> Sections:
    plain = sections({"source": "deepfashion", "root": str(root), "max_rejected_share": 1}, kind="parsing")
    config = ConditionsConfig(kind="parsing", extractors={"parsing": "bisenet", **extractors})
    return Sections(plain.data, config, plain.pairs)


def test_stage_parses_what_its_source_does_not(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bisenet.FaceParser, "side", 64)  # quicker
    params = parsing_by_network(faceless_set(tmp_path / "set"), min_face_share=0)
    layout = Layout("x", tmp_path)
    import_images.run(params, layout)
    extract_conditions.run(params, layout)
    parser = load_extractors(params.conditions.extractors).parsing
    assert parser is not None
    for path in sorted((layout.conditions / "parsing").iterdir()):
        labels = np.asarray(Image.open(path))
        origin = tmp_path / "set/img" / Path(*path.stem.split("-", 3)).with_suffix(".jpg")
        image = np.asarray(Image.open(origin).resize((64, 64), Image.Resampling.BILINEAR))
        expected = Image.fromarray(parser(image, "x").labels)
        resized = expected.resize(labels.shape, Image.Resampling.NEAREST)
        np.testing.assert_array_equal(labels, np.asarray(resized))
    table = pd.read_csv(layout.conditions / "extractors.csv")
    assert table.finds.tolist() == ["parsing"]
    assert table.weights_sha256.tolist() == [sha256_of_file(weights / bisenet.WEIGHTS)]
    before = contents(layout.conditions)
    extract_conditions.run(params, layout)
    assert contents(layout.conditions) == before


def test_pictures_without_a_face_are_rejected(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bisenet.FaceParser, "side", 64)
    params = parsing_by_network(faceless_set(tmp_path / "set"), min_face_share=1)
    layout = Layout("x", tmp_path)
    import_images.run(params, layout)
    with pytest.raises(MatebitError, match="no train image"):
        extract_conditions.run(params, layout)
    table = pd.read_csv(layout.conditions / "rejected.csv")
    assert len(table) == 2
    assert table.reason.str.contains("shows no face").all()


@pytest.mark.parametrize(
    ("extractors", "file"),
    [
        ({"parsing": "bisenet"}, bisenet.WEIGHTS),
        ({"pose": "keypoint_rcnn"}, keypoint_rcnn.WEIGHTS),
    ],
)
def test_absent_and_unfit_weights_are_named(
    extractors: dict, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(tmp_path))
    config = ExtractorsConfig(**extractors)
    with pytest.raises(MatebitError, match=f"conditions.extractors.*{file}"):
        load_extractors(config)
    (tmp_path / file).write_bytes(b"<html>quota exceeded</html>")
    with pytest.raises(MatebitError, match="cannot be read as network weights"):
        load_extractors(config)
    torch.save({"conv.weight": torch.zeros(2)}, tmp_path / file)
    with pytest.raises(MatebitError, match="does not fit"):
        load_extractors(config)
