"""Snakemake's view of an experiment: what `--config` changes, what it writes when it begins."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from command import REPOSITORY, run_in
from matebit.config.read import read_resolved, read_with_overrides
from matebit.engines.resolve import resolve
from matebit.engines.snakemake import Experiment
from matebit.errors import MatebitError

SMOKE = (REPOSITORY / "params/smoke.yaml").read_text()


@pytest.fixture
def file(tmp_path: Path, monkeypatch) -> str:
    """params/smoke.yaml in a project folder of its own."""
    (tmp_path / "params").mkdir()
    (tmp_path / "params/smoke.yaml").write_text(SMOKE)
    monkeypatch.chdir(tmp_path)
    return "params/smoke.yaml"


def test_config_and_set_say_the_same(file: str):
    # Snakemake reads a mapping of --config with every value as a text.
    config = yaml.safe_load(SMOKE)
    config["train"] |= {"images": "40", "lr_g": "1e-5"}
    config["model"] |= {"token_stride": "8", "mask": "false"}
    config["data"] |= {"label_maps": "null", "root": "a: b"}
    config["seeds"] = ["3", "4"]
    changes = [
        "train.images=40", "train.lr_g=1e-5", "model.token_stride=8", "model.mask=false",
        "data.root='a: b'", "seeds=[3, 4]",
    ]  # fmt: skip
    expected = resolve(read_with_overrides(Path(file), changes), file)
    assert Experiment.of(config, [file]).params == expected


def test_words_that_snakemake_reads_as_switches(file: str):
    text = SMOKE + "\ntracking: {experiment: on}\n"
    Path(file).write_text(text)
    assert yaml.safe_load(text)["tracking"]["experiment"] is True
    assert Experiment.of(yaml.safe_load(text), [file]).params == resolve(
        read_with_overrides(Path(file)), file
    )


def test_only_one_params_file(file: str):
    Path("params/other.yaml").write_text(SMOKE)
    for config, files in (({}, []), (yaml.safe_load(SMOKE), [file, "params/other.yaml"])):
        with pytest.raises(MatebitError, match="one params file"):
            Experiment.of(config, files)


def test_a_file_that_is_named_twice_is_one(file: str, tmp_path: Path):
    config = yaml.safe_load(SMOKE)
    assert Experiment.of(config, [file, tmp_path / file]) == Experiment.of(config, [file])


def test_a_module_may_be_given_a_mapping_alone(file: str):
    config = yaml.safe_load(SMOKE)
    assert Experiment.of(config, []).params == Experiment.of(config, [file]).params
    with pytest.raises(MatebitError, match="'name' is missing"):
        Experiment.of({key: value for key, value in config.items() if key != "name"}, [])


def test_beginning_writes_the_resolved_parameters_and_the_owner(file: str, tmp_path: Path):
    experiment = Experiment.of(yaml.safe_load(SMOKE), [tmp_path / file])
    assert not (tmp_path / "results").exists()
    experiment.begin()
    assert read_resolved(Path(experiment.params_file)) == experiment.params
    assert Path("results/smoke/.engine").read_text() == "snakemake\n"


def test_config_through_snakemake_itself(project: Path, tmp_path: Path):
    changes = ("model={token_stride: 8}", "data={label_maps: null}", "train={images: 40}")
    words = ("snakemake", "-n", "--configfile", "params/smoke.yaml", "--config", *changes)
    # Snakemake wants a folder for what it keeps; a home that cannot be written to is none.
    result = run_in(project, *words, HOME="/proc/nowhere", XDG_CACHE_HOME=str(tmp_path))
    assert result.returncode == 0, result.stdout + result.stderr
    # A dry run writes nothing.
    assert not (project / "results").exists()
