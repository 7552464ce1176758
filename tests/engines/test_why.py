"""`matebit why NAME`: what would run again, and which key, file or function changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from command import REPOSITORY, matebit_here
from matebit.config.read import read_resolved
from matebit.config.yaml_text import yaml_text
from matebit.engines.dvcfile import job_command
from matebit.engines.made_from import made_from
from matebit.engines.why import all_jobs, asked, result_of, trainings_lost, verdicts
from matebit.errors import MatebitError
from matebit.io.files import write_text
from matebit.pipeline.layout import Layout
from matebit.pipeline.stages import STAGES
from package_copy import copied_package, digests_from, edit
from tiny_experiment import TINY, Experiment, resolved_below

TRAININGS = {"train-matebit-seed1", "train-vanilla-seed1"}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package; a test that edits it leaves it as it was."""
    return copied_package(tmp_path_factory.mktemp("package"))


@pytest.fixture(scope="module")
def ended(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an experiment whose jobs have all ended, their files but for the last ones apart."""
    base = tmp_path_factory.mktemp("ended")
    with digests_from(package):
        experiment = resolved_below(base, {**TINY, "methods": ["matebit", "vanilla"]})
        params = read_resolved(experiment.layout.params)
        for job in all_jobs(params):
            with made_from(experiment.layout, params, STAGES[job.stage], job.method, job.seed):
                write_text(result_of(experiment.layout, job), "")
    return base


def causes(package: Path, base: Path, *changes: str) -> dict[str, list[str] | None]:
    """The causes of each job that would run again."""
    with digests_from(package):
        said = verdicts(*asked("tiny", None, list(changes), base))
    return {verdict.job.name: verdict.causes for verdict in said if verdict.again}


def test_nothing_would_run_where_nothing_has_changed(package: Path, ended: Path):
    assert causes(package, ended) == {}


@pytest.mark.parametrize(
    ("name", "old", "new", "jobs", "said"),
    [
        ("ops/gram.py", "", "\n\n# a comment\n", set(), None),
        ("ops/gram.py", '"""', '"""Reworded. ', set(), None),
        ("ops/gram.py", "def _rows", "\n\n\ndef _rows", set(), None),
        ("ops/gram.py", "flatten(1, 2)", "flatten(1, -1)", TRAININGS, "ops/gram.py: _rows changed"),
        ("ops/gram.py", "sums, signs = [], []", "signs, sums = [], []", TRAININGS,
         "ops/gram.py: _GramDistance.forward changed"),
        ("ops/gram.py", "", "\n\ndef more(): ...\n", TRAININGS, "ops/gram.py: more is new"),
        ("ops/gram.py", "", "\nMORE = 1\n", TRAININGS,
         "ops/gram.py: what stands outside of functions changed"),
        ("report/templates/page.css", "", "\n", {"report"}, "report/templates/page.css changed"),
    ],
)  # fmt: skip
def test_an_edit_is_named(
    package: Path, ended: Path, name: str, old: str, new: str, jobs: set[str], said: str | None
):
    before = (package / name).read_text()
    try:
        edit(package / name, old, new)
        found = causes(package, ended)
    finally:
        (package / name).write_text(before)
    assert {job for job, lines in found.items() if lines} == jobs
    assert {line for lines in found.values() for line in lines or []} == ({said} if said else set())
    followers = {f"translate-{method}-seed1" for method in ("matebit", "vanilla")}
    assert (followers <= found.keys()) == (jobs == TRAININGS)


@pytest.mark.parametrize(
    ("change", "jobs", "said"),
    [
        ("metrics.edge_tolerance=3", {"metrics", "report"}, "metrics.edge_tolerance was 2.0, is 3.0"),
        ("report.dpi=90", {"report"}, "report.dpi was 300, is 90"),
        ("train.images=96", {"train", "translate", "report"}, "methods.matebit.train.images was 48, is 96"),
        ("tracking.enabled=true", set(), None),
    ],
)
def test_a_key_is_named(package: Path, ended: Path, change: str, jobs: set[str], said: str | None):
    found = causes(package, ended, change)
    assert {job.partition("-")[0] for job, lines in found.items() if lines} == jobs
    assert said is None or any(said in (lines or []) for lines in found.values())


@pytest.fixture
def copied(ended: Path, tmp_path: Path) -> Layout:
    """The ended experiment in a folder that a test may change."""
    shutil.copytree(ended, tmp_path, dirs_exist_ok=True)
    return Layout("tiny", tmp_path)


def test_a_result_that_is_not_there_runs_and_what_reads_it(package: Path, copied: Layout):
    (copied.pairs / "pairs.csv").unlink()
    assert causes(package, copied.base).keys() > TRAININGS
    assert "pairs: has not run" in matebit_here(copied.base, "why", "tiny").stdout


def test_a_result_without_a_record_is_said_in_one_sentence(package: Path, copied: Layout):
    shutil.rmtree(copied.state)
    assert causes(package, copied.base) == {}
    shown = matebit_here(copied.base, "why", "tiny")
    assert shown.returncode == 0
    assert all("is not recorded" in line for line in shown.stdout.splitlines())


def test_source_that_was_not_recorded(package: Path, copied: Layout):
    shutil.rmtree(copied.state / "code")
    before = (package / "ops/gram.py").read_text()
    try:
        edit(package / "ops/gram.py", "", "\nMORE = 1\n")
        found = causes(package, copied.base)
    finally:
        (package / "ops/gram.py").write_text(before)
    assert "which part was not recorded" in str(found["train-matebit-seed1"])


def test_a_job_that_was_stopped_leaves_no_record(copied: Layout):
    params = read_resolved(copied.params)
    record = copied.state / "made-from/data.json"
    assert record.exists()
    with pytest.raises(KeyboardInterrupt), made_from(copied, params, STAGES["data"], None, None):
        raise KeyboardInterrupt
    assert not record.exists()


def test_a_finished_training_is_not_lost_silently(package: Path, ended: Path):
    with digests_from(package):
        params, layout = asked("tiny", None, ["train.images=96"], ended)
        said = trainings_lost(params, layout)
        assert trainings_lost(*asked("tiny", None, None, ended)) == []
    assert len(said) == 2
    assert said[0].startswith("train-matebit-seed1 is finished")
    assert "train.images was 48, is 96; `matebit why tiny`" in said[0]


def test_of_dvc_its_lock_is_asked(package: Path, copied: Layout):
    shutil.rmtree(copied.state / "made-from")
    write_text(copied.results / ".engine", "dvc\n")
    with digests_from(package):
        params, _ = asked("tiny", None, None, copied.base)
        sections = params.model_dump(mode="json")
        file = "results/tiny/params.yaml"
        stages = {
            job.name: {
                "cmd": job_command(job.stage, file, job.method, job.seed),
                "params": {file: STAGES[job.stage].values(sections, job.method)},
            }
            for job in all_jobs(params)
        }
        write_text(copied.base / "pipelines/tiny/dvc.lock", yaml_text({"schema": "2.0", "stages": stages}))
    assert causes(package, copied.base) == {}
    found = causes(package, copied.base, "train.images=96")
    assert found["train-matebit-seed1"] == ["methods.matebit.train.images was 48, is 96"]


def test_a_stage_that_runs_leaves_its_record(tmp_path: Path):
    experiment = resolved_below(tmp_path, TINY)
    experiment.run("data")
    said = {each.job.name: each for each in verdicts(*asked("tiny", None, None, tmp_path))}
    assert not said["data"].again
    assert said["conditions"].result is None


def test_without_a_params_file_those_of_the_results_are_taken(copied: Layout):
    (copied.base / "params/tiny.yaml").unlink()
    assert matebit_here(copied.base, "why", "tiny").returncode == 0
    refused = matebit_here(copied.base, "why", "tiny", "--set", "train.images=96")
    assert refused.returncode == 2
    assert "--params" in refused.stderr


@pytest.mark.parametrize("name", ["tyni", "../tiny", "", "params/tiny.yaml"])
def test_an_unknown_name_is_one_sentence(ended: Path, name: str):
    shown = matebit_here(ended, "why", name)
    assert shown.returncode == 2
    assert len(shown.stderr.splitlines()) == 1
    assert "those that have: tiny" in shown.stderr


def test_a_file_of_another_experiment_is_refused(copied: Layout):
    other = {**TINY, "name": "other"}
    write_text(copied.base / "params/other.yaml", yaml_text(other))
    with pytest.raises(MatebitError, match="experiment 'other', not of 'tiny'"):
        asked("tiny", copied.base / "params/other.yaml", None, copied.base)


def test_the_last_files_are_those_of_snakemake(tiny: Experiment):
    """A job's result here is what its rule has as output."""
    layout = Layout("tiny")
    outputs = set()
    for rules in sorted((REPOSITORY / "workflow/rules").glob("*.smk")):
        for block in re.findall(r"^    output:\n(.*?)^    log:", rules.read_text(), re.MULTILINE | re.DOTALL):
            outputs |= set(re.findall(r'f"\{EXPERIMENT\.(.*?)"', block))
    expected = {
        result_of(layout, job)
        .as_posix()
        .replace(f"/{job.method}/seed{job.seed}/", "/{{method}}/seed{{seed}}/")
        for job in all_jobs(tiny.params)
        if job.method != "controls"
    } | {"results/tiny/translate/controls/seed0/index.csv"}
    assert {f"{output.partition('}')[0]}/tiny{output.partition('}')[2]}" for output in outputs} == expected
