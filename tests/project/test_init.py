"""`matebit init` from the wheel: a project in an empty folder, which Snakemake and DVC run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from command import REPOSITORY, complaint, environment, matebit_here

SMALL = "data={load_size: 64, crop_size: 64, portraits: {train: 8, test: 4, styles_train: 2, styles_test: 1}}"


def run(folder: Path, site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command with the package as the wheel has it."""
    return subprocess.run(
        words, cwd=folder, env=environment(PYTHONPATH=str(site)), capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def begun(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two params files."""
    base = tmp_path_factory.mktemp("projects")
    result = run(base, site, "matebit", "init", "mine", "--params", "smoke", "--params", "folder")
    assert result.returncode == 0, result.stderr
    assert {base / line for line in result.stdout.splitlines()} <= set((base / "mine").rglob("*"))
    return base / "mine"


def test_the_wheel_carries_what_projects_use(site: Path):
    given = site / "matebit/project"
    for name in ("workflow", "profiles", "params"):
        shipped = {path.relative_to(REPOSITORY) for path in (REPOSITORY / name).rglob("*") if path.is_file()}
        assert {path.relative_to(given) for path in (given / name).rglob("*") if path.is_file()} == shipped
    for name in ("environment.yml", "requirements.lock"):
        assert (given / name).read_bytes() == (REPOSITORY / name).read_bytes()


def test_no_file_of_the_project_names_a_place_of_a_clone_or_of_this_machine(begun: Path, site: Path):
    for path in begun.rglob("*"):
        if path.is_file() and ".git" not in path.parts:
            found = re.search(
                rf"src/matebit|{re.escape(str(site))}|{re.escape(str(REPOSITORY))}", path.read_text()
            )
            assert found is None, path


def test_snakemake_runs_the_module(begun: Path, site: Path):
    # No hook of a module runs: the first job must begin the experiment, and keep what --config says.
    words = ("snakemake", "--cores", "1", "results/smoke/data/index.csv", "--config", SMALL)
    result = run(begun, site, *words)
    assert result.returncode == 0, result.stdout + result.stderr
    resolved = yaml.safe_load((begun / "results/smoke/params.yaml").read_text())
    assert resolved["data"]["portraits"]["train"] == 8
    assert (begun / "results/smoke/.engine").read_text() == "snakemake\n"


def test_snakemake_plans_the_whole_chain(begun: Path, site: Path):
    result = run(begun, site, "snakemake", "-n", "--configfile", "params/smoke.yaml", "--forceall")
    assert result.returncode == 0, result.stdout + result.stderr
    rules = set(re.findall(r"^(?:local)?rule (\w+):$", result.stdout, re.MULTILINE))
    assert {"data", "train", "translate_controls", "metrics", "report", "all"} <= rules


def test_dvc_resolves_in_the_project(begun: Path, site: Path):
    (begun / "params/other.yaml").write_text(
        (begun / "params/smoke.yaml").read_text().replace("smoke", "other")
    )
    assert run(begun, site, "matebit", "dvc", "params/other.yaml").stdout == "pipelines/other/dvc.yaml\n"
    result = run(begun, site, "dvc", "repro", "pipelines/other/dvc.yaml:resolve")
    assert result.returncode == 0, result.stdout + result.stderr
    assert (begun / "results/other/params.yaml").exists()


def test_dvcs_file_at_the_root_is_the_first_one(begun: Path, monkeypatch):
    before = (begun / "dvc.yaml").read_text()
    assert "params/smoke.yaml" in before
    assert matebit_here(begun, "dvc", "params/smoke.yaml").stdout == "dvc.yaml\n"
    assert (begun / "dvc.yaml").read_text() == before


def test_what_is_there_stays(tmp_path: Path):
    (tmp_path / "README.md").write_text("mine")
    said = complaint(matebit_here(tmp_path, "init", "."))
    assert "holds README.md already" in said
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    assert "is a file" in complaint(matebit_here(tmp_path, "init", "README.md"))
    assert "did you mean 'folder'" in complaint(matebit_here(tmp_path, "init", "p", "--params", "foldr"))
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_params_are_listed_and_shown(tmp_path: Path):
    listed = matebit_here(tmp_path, "params", "list").stdout
    shipped = sorted(path.stem for path in (REPOSITORY / "params").glob("*.yaml"))
    assert sorted(line.split()[0] for line in listed.splitlines()) == shipped
    assert all(len(line.split()) > 4 for line in listed.splitlines())
    assert (
        matebit_here(tmp_path, "params", "show", "smoke").stdout
        == (REPOSITORY / "params/smoke.yaml").read_text()
    )
    assert "known" in complaint(matebit_here(tmp_path, "params", "show", "xyzzy"))
