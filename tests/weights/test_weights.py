"""The table of weights, its folder, and what an experiment is told of absent files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from command import REPOSITORY, complaint, matebit, run_in
from matebit.config.read import merged, read_mapping
from matebit.engines.resolve import resolve
from matebit.errors import MatebitError
from matebit.weights import keeping
from matebit.weights.keeping import fetch, state_of
from matebit.weights.location import path_of, required
from matebit.weights.needed import absent_weights, needed
from matebit.weights.registry import Weight, weight_named, weights
from served_files import Server

DATA = b"weights" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of weights."""
    monkeypatch.setenv("MATEBIT_WEIGHTS", str(tmp_path / "w"))
    return tmp_path / "w"


def weight(**changes) -> Weight:
    """A made-up weight file."""
    known = {"name": "x", "file": "x.pth", "what": "a net", "licence": "MIT", "used_by": "a test"}
    return Weight(**known | {"sha256": SHA256, "size": len(DATA)} | changes)


@pytest.mark.parametrize("entry", weights().values(), ids=lambda entry: entry.name)
def test_a_digest_in_a_file_name_is_the_digest(entry: Weight):
    assert entry.sha256 is None or entry.size
    assert (entry.sha256 is None) == (entry.digest == "unknown")
    inside = re.search(r"-([0-9a-f]{8,10})\.(pth|zip)$", entry.file)
    if inside:
        assert entry.sha256.startswith(inside[1])
    if entry.url:
        assert entry.url.endswith(entry.file)


@pytest.mark.slow
def test_torchvision_says_the_same_of_its_files():
    models = pytest.importorskip("torchvision.models")
    for name, theirs in (
        ("vgg19", models.VGG19_Weights.IMAGENET1K_V1),
        ("alexnet", models.AlexNet_Weights.IMAGENET1K_V1),
        ("keypoint-rcnn", models.detection.KeypointRCNN_ResNet50_FPN_Weights.COCO_V1),
    ):
        assert weight_named(name).url == theirs.url
        assert weight_named(name).size / 2**20 == pytest.approx(theirs.meta["_file_size"], abs=1e-3)


def test_what_a_package_brings_is_there_and_as_recorded():
    for name in ("lpips-alex", "efficientnet-lite0"):
        assert state_of(weight_named(name)).verdict == "whole"


def test_a_wrong_name_is_answered_with_the_nearest():
    with pytest.raises(MatebitError, match="did you mean 'vgg19'"):
        weight_named("vgg-19")


def test_an_entry_without_origin_is_a_defect():
    with pytest.raises(ValueError, match="url"):
        weight()


def test_states(folder: Path):
    entry = weight(url="http://nowhere/x.pth")
    assert state_of(entry).verdict == "absent"
    folder.mkdir()
    (folder / "x.pth").write_bytes(DATA)
    assert state_of(entry).verdict == "whole"
    unknown = state_of(weight(source="somebody", sha256=None, size=None))
    assert unknown.verdict == "unknown"
    assert SHA256 in unknown.said
    (folder / "x.pth").write_bytes(DATA[::-1])
    assert state_of(entry).verdict == "wrong"


def test_fetching_checks_and_keeps_what_is_there(folder: Path, server: Server):
    file = server.add("/x.pth", DATA)
    entry = weight(url=f"{server.url}/x.pth")
    assert fetch(entry) == folder / "x.pth"
    assert fetch(entry).read_bytes() == DATA
    assert len(file.asked) == 1
    (folder / "x.pth").write_bytes(b"mine")
    with pytest.raises(MatebitError, match="remove it first"):
        fetch(entry)
    assert (folder / "x.pth").read_bytes() == b"mine"


def test_what_must_be_fetched_by_hand_is_named(folder: Path):
    with pytest.raises(MatebitError, match=r"by hand.*latest_net_G\.pth"):
        fetch(weight_named("matebit-released"))
    with pytest.raises(MatebitError, match=r"this test needs .*vgg19-dcbb9e9d.*matebit weights fetch vgg19"):
        required("vgg19", "this test")


def params(**changes):
    mapping = merged(read_mapping(REPOSITORY / "params/celebahq-edges.yaml"), changes)
    return resolve(mapping, "test")


def names(**changes) -> list[str]:
    return [need.weight.name for need in needed(params(**changes))]


def test_needs_follow_the_parameters():
    random = {"weights": "random"}
    assert names() == ["vgg19", "efficientnet-lite0"]  # for fd_lite0
    assert names(features={"net": "efficientnet_lite0"}) == ["efficientnet-lite0"]
    assert names(metrics={"names": ["ssim"]}) == ["vgg19"]
    assert names(features=random, metrics={"names": ["ssim"]}) == []
    assert names(features=random, metrics={"names": ["lpips"]}) == ["alexnet", "lpips-alex"]
    assert names(features=random, metrics={"names": ["kid_lite0"]}) == ["efficientnet-lite0"]
    both = {"features": {"net": "efficientnet_lite0"}, "metrics": {"names": ["fd_lite0"]}}
    assert names(**both) == ["efficientnet-lite0"]
    assert names(features=random, metrics={"names": ["ssim", "kid", "fid"]}) == ["inception-fid"]
    bare = {"features": random, "metrics": {"names": ["ssim"]}}
    assert names(**bare, conditions={"kind": "hed"}) == ["hed"]
    face = ["face-detector", "face-landmarks"]
    assert names(**bare, conditions={"extractors": {"landmarks": "face_alignment"}}) == face
    aligned = {"source": "folder", "align": "face_alignment"}
    assert names(**bare, data=aligned, conditions={"kind": "xdog"}) == face


def test_one_sentence_names_every_absent_file(folder: Path):
    said = absent_weights(params(metrics={"names": ["lpips", "fid"]}))
    for words in (
        "vgg19-dcbb9e9d.pth (absent", "alexnet-owt-7be5be79.pth (absent", "6726825d.pth (absent",
        "matebit weights fetch vgg19 alexnet inception-fid", "choose features.net: efficientnet_lite0",
        "metrics.names: lpips", "leave out the metrics",
        str(folder),
    ):  # fmt: skip
        assert words in said
    assert "\n" not in said
    assert "lpips/weights" not in said
    folder.mkdir()
    (folder / weight_named("vgg19").file).write_bytes(b"cut short")
    assert "9 bytes, not 574,673,361" in absent_weights(params())


def test_nothing_is_said_when_nothing_is_needed(folder: Path):
    assert absent_weights(params(features={"weights": "random"})) is None


def test_resolving_refuses_before_anything_is_written(tmp_path: Path):
    said = complaint(
        matebit(tmp_path, "resolve", REPOSITORY / "params/celebahq-edges.yaml", MATEBIT_WEIGHTS="none")
    )
    assert "vgg19-dcbb9e9d.pth" in said
    assert not (tmp_path / "results").exists()


def test_the_commands(folder: Path, tmp_path: Path):
    listed = matebit(tmp_path, "weights", "list")
    assert all(f"{name}: " in listed.stdout for name in weights())
    assert "absent" in listed.stdout
    assert matebit(tmp_path, "weights", "path").stdout.strip() == str(folder)
    assert matebit(tmp_path, "weights", "path", "hed").stdout.strip() == str(folder / "ControlNetHED.pth")
    folder.mkdir()
    (folder / "latest_net_G.pth").write_bytes(DATA)
    verified = matebit(tmp_path, "weights", "verify")
    assert verified.returncode == 0, verified.stderr
    assert f"unknown: {folder / 'latest_net_G.pth'}: SHA-256 {SHA256}" in verified.stdout
    (folder / "ControlNetHED.pth").write_bytes(DATA)
    assert "ControlNetHED.pth (wrong)" in complaint(matebit(tmp_path, "weights", "verify"))
    assert "(absent)" in complaint(matebit(tmp_path, "weights", "verify", "vgg19"))
    assert "name the weights" in complaint(matebit(tmp_path, "weights", "fetch"))


def test_fetching_through_the_download(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """A file without a known digest is kept, and its digest is said."""
    monkeypatch.setattr(keeping, "download", lambda url, path, *rest: path.parent.mkdir() or SHA256)
    entry = weight(url="http://nowhere/x.pth", sha256=None)
    assert fetch(entry) == path_of(entry)


def test_a_dry_run_says_what_to_fetch_and_a_run_refuses(project: Path):
    command = ("snakemake", "--configfile", "params/celebahq-edges.yaml", "--cores", "1")
    dry = run_in(project, *command, "-n", MATEBIT_WEIGHTS="none")
    assert dry.returncode == 0, dry.stderr
    assert "none/vgg19-dcbb9e9d.pth (absent" in dry.stderr
    assert "celebahq-edges/index.html" in dry.stdout
    real = run_in(project, *command, MATEBIT_WEIGHTS="none")
    assert real.returncode != 0
    assert "none/vgg19-dcbb9e9d.pth (absent" in real.stderr
    assert "Traceback" not in real.stderr + real.stdout
    assert not (project / "results/celebahq-edges").exists()
