"""Somebody else's images: taken in as they are, scored beside the others, or refused in one sentence."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from matebit.config.read import validated
from matebit.config.schema import Params
from matebit.errors import MatebitError
from tiny_experiment import Experiment


@pytest.fixture
def theirs(tiny: Experiment, tmp_path: Path) -> Experiment:
    """The tiny experiment with a second method: the test images themselves, in another's folder."""
    folder = tmp_path / "of-others"
    method = {"name": "theirs", "kind": "images", "path": str(folder)}
    experiment = tiny.copied(tmp_path, methods=[method], metrics={"names": ["mae", "swd", "cost"]})
    folder.mkdir()
    for item in items(experiment):
        shutil.copy(experiment.layout.data / f"images/{item}.png", folder / f"{item}.png")
    return experiment


def items(experiment: Experiment) -> list[str]:
    index = pd.read_csv(experiment.layout.data / "index.csv", dtype=str)
    return sorted(index["id"][index["split"] == "test"])


def folder_of(experiment: Experiment) -> Path:
    return Path(experiment.params.methods["theirs"].path)


def test_they_are_taken_in_byte_for_byte_and_scored(theirs: Experiment):
    for stage in ("translate", "metrics"):
        theirs.run(stage, "theirs", 0)
    taken = theirs.layout.run("theirs", 0).translate
    for item in items(theirs):
        original = folder_of(theirs) / f"{item}.png"
        assert (taken / f"images/{item}.png").read_bytes() == original.read_bytes()
    values = pd.read_csv(theirs.layout.run("theirs", 0).metrics / "values.csv").set_index("metric")
    assert values.loc["swd", "value"] == 0, "they are the real test images"
    assert values.loc["mae", "n"] == len(items(theirs))
    assert "parameters" not in values.index, "nothing is known of their network"
    assert values["protocol"].str.contains("PNG files of 32 px; exemplar of rank 1").all()


def test_everything_wrong_is_named_in_one_sentence_and_nothing_is_scored(theirs: Experiment):
    theirs.run("translate", "theirs", 0)
    folder, (first, second, *_) = folder_of(theirs), items(theirs)
    (folder / f"{first}.png").rename(folder / "stranger.png")
    Image.new("RGB", (16, 24)).save(folder / f"{second}.png")
    with pytest.raises(MatebitError) as caught:
        theirs.run("translate", "theirs", 0)
    said = str(caught.value)
    for part in (f"no image of {first}", "stranger.png", f"{second}.png has 16 x 24 px instead of 32 x 32"):
        assert part in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("harm", "named"),
    [("jpeg", "lossy files"), ("broken", "cannot be read as images"), ("twice", "more than one image of")],
)
def test_lossy_broken_and_doubled_images(theirs: Experiment, harm: str, named: str):
    folder, first = folder_of(theirs), items(theirs)[0]
    if harm == "jpeg":
        Image.open(folder / f"{first}.png").save(folder / f"{first}.jpg")
        (folder / f"{first}.png").unlink()
    elif harm == "broken":
        (folder / f"{first}.png").write_bytes(b"no image")
    else:
        Image.open(folder / f"{first}.png").save(folder / f"{first}.bmp")
    with pytest.raises(MatebitError, match=named):
        theirs.run("translate", "theirs", 0)


def test_lossy_files_are_taken_when_asked_for_and_named_in_the_protocol(theirs: Experiment, tmp_path: Path):
    folder = folder_of(theirs)
    for item in items(theirs):
        Image.open(folder / f"{item}.png").save(folder / f"{item}.jpg")
        (folder / f"{item}.png").unlink()
    method = {"name": "theirs", "kind": "images", "path": str(folder), "lossy": True}
    experiment = theirs.copied(tmp_path / "lossy", methods=[method])
    for stage in ("translate", "metrics"):
        experiment.run(stage, "theirs", 0)
    values = pd.read_csv(experiment.layout.run("theirs", 0).metrics / "values.csv")
    assert values["protocol"].str.contains("JPG files").all()


def test_photographs_of_another_origin(theirs: Experiment, shared_data: Path):
    """Style photographs, brought to the test images' size and called by the items' ids."""
    folder = folder_of(theirs)
    styles = sorted((shared_data / "photo-style-sample/style").glob("*.png"))
    for item, photograph in zip(items(theirs), styles, strict=False):
        Image.open(photograph).convert("RGB").resize((32, 32)).save(folder / f"{item}.png")
    for stage in ("translate", "metrics"):
        theirs.run(stage, "theirs", 0)
    values = pd.read_csv(theirs.layout.run("theirs", 0).metrics / "values.csv").set_index("metric")
    assert values.loc["mae", "value"] > 20, "photographs are not the portraits asked for"
    assert values.loc["swd", "value"] > 0


def test_they_need_no_seed_and_cannot_be_trained(theirs: Experiment):
    with pytest.raises(MatebitError, match="needs a method of the params file"):
        theirs.run("train", "theirs", 1)
    with pytest.raises(MatebitError, match="--seed must be one of"):
        theirs.run("translate", "theirs", 1)


@pytest.mark.parametrize(
    ("method", "said"),
    [
        ({"kind": "images"}, "needs path"),
        ({"kind": "images", "path": "x", "model": {"blocks": 1}}, "have no model"),
        ({"path": "x"}, "belong to kind: images"),
    ],
)
def test_a_method_is_of_one_kind(method: dict, said: str):
    with pytest.raises(MatebitError, match=said):
        validated(Params, {"name": "x", "methods": [{"name": "theirs", **method}]}, "x.yaml")


def test_an_absent_folder_is_named_before_any_work(theirs: Experiment, tmp_path: Path):
    from matebit.engines.given import check_given

    check_given(theirs.params)
    shutil.rmtree(folder_of(theirs))
    with pytest.raises(MatebitError, match=r"methods\.theirs: the folder .* does not exist"):
        check_given(theirs.params)
    folder_of(theirs).mkdir()
    with pytest.raises(MatebitError, match="holds no image"):
        check_given(theirs.params)
