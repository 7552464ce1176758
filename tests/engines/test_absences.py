"""What a params file lacks is said before anything runs, and a dry run goes on nevertheless."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from command import REPOSITORY, run_in
from matebit.config.read import read_mapping
from matebit.data.datasets import dataset_named
from matebit.engines.snakemake import Experiment

SHIPPED = sorted((REPOSITORY / "params").glob("*.yaml"))
DRAWN = {"demo", "smoke", "portraits-sketch"}


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_what_a_shipped_file_lacks(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MATEBIT_WEIGHTS", raising=False)
    experiment = Experiment.of(read_mapping(path), [path])
    said = experiment.absences()
    assert all("\n" not in sentence for sentence in said)
    data, features = experiment.params.data, experiment.params.features
    assert [sentence.split(":")[0] for sentence in said if sentence.startswith("data.root")] == (
        ["data.root"] if data.root else []
    )
    if data.dataset:
        assert dataset_named(data.dataset).title in said[0]
    assert any("vgg19-dcbb9e9d.pth" in sentence for sentence in said) == (features.weight_file == "vgg19")
    if path.stem in DRAWN:
        assert said == []
    assert list(tmp_path.iterdir()) == []


def test_braces_of_a_parameter_are_no_wildcards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Snakemake fills what looks like `{name}` in a rule's params."""
    monkeypatch.chdir(tmp_path)
    path = REPOSITORY / "params/photo-style.yaml"
    mapping = read_mapping(path)
    mapping["data"]["folder"]["group"] = r"^(\d{4})"
    experiment = Experiment.of(mapping, [path])
    reads = experiment.reads("data")
    assert re.findall(r"\{\s*\w+", reads) == []
    assert json.loads(reads)["data"] == experiment.params.data.model_dump(mode="json")


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_dry_run_of_every_shipped_file_succeeds(path: Path, project: Path):
    result = run_in(project, "snakemake", "-n", "--configfile", f"params/{path.name}", MATEBIT_WEIGHTS="none")
    assert result.returncode == 0, result.stderr
    assert f"reports/{path.stem}/index.html" in result.stdout
    root = read_mapping(path)["data"].get("root")
    if root:
        assert f"data.root: {root} is not a folder" in result.stderr
        assert "none/vgg19-dcbb9e9d.pth" in result.stderr
