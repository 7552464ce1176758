"""An experiment belongs to the engine that began it; another refuses in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import complaint, copy_repository, matebit, run_in
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout
from matebit.pipeline.ownership import ENGINES, check_owner, claim
from tiny_experiment import TINY, contents, resolved_below


@pytest.mark.parametrize("owner", ENGINES)
@pytest.mark.parametrize("other", ENGINES)
def test_the_one_that_began_goes_on_and_others_are_refused(tmp_path: Path, owner, other):
    layout = Layout("mine", tmp_path)
    claim(layout, owner)
    before = contents(tmp_path)
    if owner == other:
        claim(layout, other)
    else:
        for refuse in (claim, check_owner):
            with pytest.raises(MatebitError, match=f"begun by {owner}, not by {other}"):
                refuse(layout, other)
    assert contents(tmp_path) == before


def test_resolve_refuses_before_it_writes(tmp_path: Path):
    experiment = resolved_below(tmp_path, TINY)
    claim(experiment.layout, "snakemake")
    before = contents(tmp_path)
    words = ["resolve", "params/tiny.yaml", "--set", "seed=9", "--engine", "dvc"]
    assert "begun by snakemake, not by dvc" in complaint(matebit(tmp_path, *words))
    assert contents(tmp_path) == before
    assert "snakemake, dvc, hand" in complaint(matebit(tmp_path, *words[:-1], "make"))


@pytest.fixture
def begun(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A copy of the repository in which the smoke experiment was begun by an engine."""
    copy = copy_repository(tmp_path)
    (copy / "results/smoke").mkdir(parents=True)
    (copy / "results/smoke/.engine").write_text(request.param + "\n")
    (copy / "results/smoke/params.yaml").write_text("name: smoke\n")
    return copy


def kept(copy: Path) -> dict[str, bytes]:
    """The files that count: no log and no bookkeeping of the engines."""
    aside = (".git/", ".snakemake/", "logs/", ".dvc/", "src/")
    return {name: data for name, data in contents(copy).items() if not name.startswith(aside)}


@pytest.mark.parametrize("begun", ["dvc"], indirect=True)
def test_snakemake_refuses_what_dvc_began(begun: Path):
    before = kept(begun)
    result = run_in(begun, "snakemake", "--cores", "1", "--configfile", "params/smoke.yaml")
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert said.count("was begun by dvc, not by snakemake") == 1, said
    assert "Traceback" not in said
    assert kept(begun) == before


@pytest.mark.parametrize("begun", ["snakemake"], indirect=True)
def test_dvc_refuses_what_snakemake_began(begun: Path):
    before = kept(begun)
    result = run_in(begun, "dvc", "repro", "pipelines/smoke/dvc.yaml")
    said = result.stdout + result.stderr
    assert result.returncode != 0
    assert said.count("was begun by snakemake, not by dvc") == 1, said
    assert "Traceback" not in said
    assert kept(begun) == before
