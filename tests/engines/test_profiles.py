"""Profiles of clusters: they parse, name rules that exist, and pass a dry run where their plugin is."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import yaml

from command import REPOSITORY, copy_repository, run_in

PROFILES = sorted(path.parent for path in (REPOSITORY / "profiles").glob("*/profile.yaml"))
CLUSTERS = ("slurm", "kubernetes")


def read(profile: Path) -> dict:
    return yaml.safe_load((profile / "profile.yaml").read_text(encoding="utf-8"))


def rules() -> set[str]:
    files = (REPOSITORY / "workflow" / "rules").glob("*.smk")
    lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return {line.removeprefix("rule ").rstrip(":") for line in lines if line.startswith("rule ")}


def options() -> set[str]:
    """The long options of Snakemake, as a profile writes them."""
    said = run_in(REPOSITORY, "snakemake", "--help").stdout
    return {word.strip("-,[]") for word in said.split() if word.startswith("--")}


def test_profiles_have_known_keys_and_rules():
    known, existing = options(), rules()
    assert {profile.name for profile in PROFILES} >= {"default", *CLUSTERS}
    for profile in PROFILES:
        content = read(profile)
        assert content.keys() <= known, profile
        for rule, resources in content.get("set-resources", {}).items():
            assert rule in existing, (profile, rule)
            assert all(isinstance(value, int | str) for value in resources.values())


@pytest.mark.parametrize("name", CLUSTERS)
def test_the_training_asks_for_a_gpu(name: str):
    train = read(REPOSITORY / "profiles" / name)["set-resources"]["train"]
    assert train["gpu"] >= 1
    if name == "slurm":
        assert train["tasks"] == 0  # else one start of the command for each GPU


@pytest.mark.parametrize("name", CLUSTERS)
def test_dry_run(name: str, tmp_path: Path):
    if importlib.util.find_spec(f"snakemake_executor_plugin_{name}") is None:
        pytest.skip(f"the executor plugin of {name} is not installed: uv pip install '.[{name}]'")
    copy = copy_repository(tmp_path / "copy")
    storage = ("--default-storage-provider", "none") if name == "kubernetes" else ()
    said = run_in(
        copy,
        "snakemake",
        "-n",
        "--profile",
        f"profiles/{name}",
        "--configfile",
        "params/smoke.yaml",
        *storage,
    )
    assert said.returncode == 0, said.stdout + said.stderr
    assert "rule train" in said.stdout + said.stderr
