"""The params files that are shipped, and what a broken one is answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import REPOSITORY, complaint_lines, matebit_here
from matebit.config.read import read_mapping, read_with_overrides, validated
from matebit.config.schema import Params
from matebit.engines.resolve import resolve
from matebit.errors import MatebitError

SHIPPED = sorted((REPOSITORY / "params").glob("*.yaml"))


def refusal(tmp_path: Path, text: str | bytes) -> str:
    """What the reader says to a params file of this text."""
    path = tmp_path / "mine.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(MatebitError) as caught:
        resolve(read_mapping(path), str(path))
    said = str(caught.value)
    assert str(path) in said
    assert "\n" not in said
    return said


def test_there_are_shipped_files():
    assert {"demo", "smoke"} <= {path.stem for path in SHIPPED}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_file_resolves(path: Path):
    assert resolve(read_mapping(path), str(path)).name == path.stem


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data: {crop_sise: 64}", ["'data.crop_sise'", "'crop_size'"]),
        ("trian: {images: 4}", ["'trian'", "'train'"]),
        ("train: {zzzzzzzz: 4}", ["'train.zzzzzzzz'", "known keys", "batch"]),
        ("losses: {style_contrast: {wieght: 1}}", ["wieght", "'weight'"]),
        ("methods: [{name: mine, modle: {}}]", ["modle", "'model'"]),
        ("methods: [{name: mine, model: {block: 1}}]", ["methods.mine", "'model.block'", "'blocks'"]),
        ("data: {loader: {worker: 1}}", ["worker", "'workers'"]),
    ],
)
def test_unknown_key_names_the_nearest(tmp_path: Path, text: str, words: list[str]):
    said = refusal(tmp_path, text)
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train: {batch: many}", ["train.batch", "'many'", "integer"]),
        ("train: {batch: 0}", ["train.batch", "0"]),
        ("train: {images: 1.5}", ["train.images", "1.5"]),
        ("train: 7", ["train", "7"]),
        ("train:", ["train"]),
        ("seeds: []", ["seeds"]),
        ("seeds: [1, 1]", ["seeds", "once"]),
        ("seed: -1", ["seed", "-1"]),
        ("threads: 0", ["threads"]),
        ("name: a/b", ["name", "a/b"]),
        ("methods: [nobody]", ["nobody", "matebit"]),
        ("methods: [matebit, matebit]", ["two methods", "'matebit'"]),
        ("methods: [{name: truth}]", ["'truth'", "control"]),
        ("methods: [{name: controls}]", ["'controls'", "control"]),
        ("methods: [{name: mine, train: {batch: none}}]", ["methods.mine", "train.batch"]),
        ("methods: [{name: mine, train: 3}]", ["methods", "train"]),
        ("metrics: {names: [beauty]}", ["metrics.names", "beauty"]),
        ("data: {crop_size: 60}", ["crop_size", "60", "16"]),
        ("model: {variant: released, blocks: 3, token_stride: 4}", ["token_stride", "released"]),
        ("1: 2", ["1"]),
    ],
)
def test_wrong_value_is_named_with_its_key(tmp_path: Path, text: str, words: list[str]):
    said = refusal(tmp_path, text)
    assert all(word in said for word in words), said


def test_all_mistakes_are_said_at_once_a_line_each(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("train: {batch: many, imges: 4}\nseeds: []\nmethods: [nobody, {name: a, kind: images}]\n")
    lines = complaint_lines(matebit_here(tmp_path, "resolve", "mine.yaml"))
    assert len(lines) == 5
    assert all(line.startswith("matebit: mine.yaml: ") for line in lines)
    for key in ("train.batch", "'train.imges'", "seeds", "nobody", "kind images needs path"):
        assert sum(key in line for line in lines) == 1, key
    assert not (tmp_path / "results").exists()


def test_mistakes_of_all_methods_are_said_and_a_common_one_once(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text(
        "model: {variant: released}\ntrain: {checkpoint_activations: true}\n"
        "methods:\n- {name: a, model: {block: 1}}\n- {name: b, train: {batch: no}}\n"
        "- {name: c}\n- {name: d}\n"
    )
    said = complaint_lines(matebit_here(tmp_path, "resolve", "mine.yaml"))
    assert [line.partition("methods.")[2][0] for line in said] == ["a", "b", "c"]
    assert "checkpoint_activations" in said[2]


def test_of_a_hundred_mistakes_twenty_are_said(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("".join(f"odd{number}: 1\n" for number in range(100)))
    said = complaint_lines(matebit_here(tmp_path, "resolve", "mine.yaml"))
    assert len(said) == 21
    assert said[-1].endswith("80 more mistakes like these")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("data: {load_size: 64\ntrain: 3", ["not YAML", "line 2"]),
        ("\tname: x", ["not YAML", "line 1"]),
        (b"\xff\xfe\x00", ["not YAML"]),
        ("a: &x [*x", ["not YAML"]),
        ("train: {images: 4}\nseed: 1\ntrain: {batch: 2}", ["'train'", "line 1", "line 3"]),
        ("data:\n  loader: {workers: 1}\n  flip: true\n  loader: {}", ["'loader'", "line 2", "line 4"]),
        ("methods: [{name: a, name: b}]", ["'name'", "line 1"]),
        ("data: &x [*x]\nseed: 1\nseed: 2", ["'seed'", "line 2", "line 3"]),
        ("seed: 2020-13-45", ["not YAML"]),
        ("seed: " + "[" * 3000, ["not YAML", "deeply"]),
        ("!!python/object:os.system {}", ["not YAML"]),
        ("- 1\n- 2", ["mapping"]),
        ("only words", ["mapping"]),
        ("", ["mapping"]),
    ],
)
def test_what_is_no_mapping_of_yaml(tmp_path: Path, text: str | bytes, words: list[str]):
    said = refusal(tmp_path, text)
    assert all(word in said for word in words), said


def test_missing_file_and_folder_are_named(tmp_path: Path):
    with pytest.raises(MatebitError, match=r"absent\.yaml does not exist"):
        read_mapping(tmp_path / "absent.yaml")
    with pytest.raises(MatebitError, match="folder"):
        read_mapping(tmp_path)


def test_the_files_name_is_the_experiments(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("seed: 3")
    assert read_mapping(path)["name"] == "mine"
    path.write_text("name: other")
    assert read_mapping(path)["name"] == "other"


@pytest.mark.parametrize("text", ["1e-4", "1E-4", "0.0001", "+1e-4", "1.0e-04"])
def test_numbers_with_an_exponent(tmp_path: Path, text: str):
    path = tmp_path / "mine.yaml"
    path.write_text(f"train: {{lr_g: {text}}}")
    assert read_mapping(path)["train"]["lr_g"] == 1e-4
    changed = read_with_overrides(path, [f"train.lr_d={text}"])
    assert validated(Params, changed, "mine").train.lr_d == 1e-4


@pytest.mark.parametrize("text", ["train.images", "=4", " = 4"])
def test_override_without_key_or_value(tmp_path: Path, text: str):
    path = tmp_path / "mine.yaml"
    path.write_text("seed: 3")
    with pytest.raises(MatebitError, match=r"SECTION\.KEY=VALUE"):
        read_with_overrides(path, [text])


def test_override_that_is_not_yaml(tmp_path: Path):
    path = tmp_path / "mine.yaml"
    path.write_text("seed: 3")
    with pytest.raises(MatebitError, match=r"--set train\.images is not YAML"):
        read_with_overrides(path, ["train.images=[1"])
