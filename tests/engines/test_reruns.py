"""A stage runs again exactly when something it reads has changed, in both engines."""

from __future__ import annotations

import json
import re

import pytest
from engine_runs import Run

from command import run_in

pytestmark = [pytest.mark.engines, pytest.mark.timeout(1800)]


def test_snakemake_has_nothing_to_do(by_snakemake: Run):
    result = by_snakemake.again()
    assert result.returncode == 0, result.stderr
    assert "Nothing to be done" in result.stdout + result.stderr


def test_dvc_has_nothing_to_do(by_dvc: Run):
    result = by_dvc.again()
    assert result.returncode == 0, result.stderr
    # `resolve` asks the program for the digests of its source each time, and writes the same file.
    run = re.findall(r"^Running stage '(.+?)'", result.stdout, re.MULTILINE)
    assert [stage.rpartition(":")[2] for stage in run] == ["resolve"]


@pytest.mark.parametrize("engine", ["by_snakemake", "by_dvc"])
def test_why_says_that_nothing_would_run(engine: str, request: pytest.FixtureRequest):
    run: Run = request.getfixturevalue(engine)
    shown = run_in(run.copy, "matebit", "why", "smoke")
    assert shown.returncode == 0, shown.stderr
    assert {line.partition(": ")[2] for line in shown.stdout.splitlines()} == {"up to date"}


def test_a_finished_training_is_named_before_it_runs_again(by_snakemake: Run, edited):
    edited(by_snakemake.copy / "src/matebit/ops/gram.py", "\nEDITED = True\n")
    planning = by_snakemake.again("-n")
    result = "results/smoke/train/matebit/seed1/model.safetensors"
    said = f"train-matebit-seed1 is finished ({result}) and would run again"
    assert f"{said}: ops/gram.py: what stands outside of functions changed" in planning.stderr


def planned(run: Run, *options: str) -> set[str]:
    """The rules that `snakemake -n` would run."""
    result = run.again("-n", *options)
    assert result.returncode == 0, result.stdout + result.stderr
    rules = re.findall(r"^(?:local)?rule (\w+):$", result.stdout, re.MULTILINE)
    return set(rules) - {"all"}


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ("metrics={edge_tolerance: 3}", {"metrics", "report"}),
        ("report={dpi: 90}", {"report"}),
        ("tracking={every_seconds: 9}", set()),
    ],
)
def test_snakemake_runs_what_reads_the_key(by_snakemake: Run, change: str, rules: set[str]):
    assert planned(by_snakemake, "--config", change) == rules


@pytest.mark.parametrize(
    ("source", "rules"),
    [
        ("report/tables.py", {"report"}),
        ("metrics/pixels.py", {"metrics", "report"}),
        ("translate/controls.py", {"translate", "translate_controls", "metrics", "report"}),
        ("cli/app.py", set()),
    ],
)
def test_snakemake_runs_what_uses_the_source(by_snakemake: Run, edited, source: str, rules: set[str]):
    edited(by_snakemake.copy / "src/matebit" / source, "\nEDITED = True\n")
    assert planned(by_snakemake) == rules


def test_snakemake_really_runs_it_and_goes_back(by_snakemake: Run):
    page = (by_snakemake.copy / "reports/smoke/index.html").read_bytes()
    manifest = (by_snakemake.copy / "reports/smoke/manifest.csv").read_bytes()
    result = by_snakemake.again("--config", "report={dpi: 90}")
    assert result.returncode == 0, result.stderr
    assert re.findall(r"^(?:local)?rule (\w+):$", result.stderr, re.MULTILINE) == ["report", "all"]
    assert (by_snakemake.copy / "reports/smoke/manifest.csv").read_bytes() != manifest
    assert by_snakemake.again().returncode == 0
    assert (by_snakemake.copy / "reports/smoke/index.html").read_bytes() == page
    assert (by_snakemake.copy / "reports/smoke/manifest.csv").read_bytes() == manifest


@pytest.fixture
def changed_in_dvc(by_dvc: Run, edited):
    """`changed(path, text)`: the stages that DVC finds changed when a text is appended to a file."""

    def resolve() -> None:
        result = run_in(by_dvc.copy, "dvc", "repro", "pipelines/smoke/dvc.yaml:resolve")
        assert result.returncode == 0, result.stdout + result.stderr

    def changed(path: str, text: str) -> set[str]:
        edited(by_dvc.copy / path, text)
        resolve()
        status = run_in(by_dvc.copy, "dvc", "status", "--json", "pipelines/smoke/dvc.yaml")
        assert status.returncode == 0, status.stderr
        # `resolve` always asks again: it is never up to date.
        return {name.partition(":")[2] for name in json.loads(status.stdout)} - {"resolve"}

    lock = (by_dvc.copy / "pipelines/smoke/dvc.lock").read_bytes()
    params = (by_dvc.copy / "results/smoke/params.yaml").read_bytes()
    yield changed
    (by_dvc.copy / "pipelines/smoke/dvc.lock").write_bytes(lock)
    (by_dvc.copy / "results/smoke/params.yaml").write_bytes(params)


METRICS = {"metrics@matebit-1", "metrics@vanilla-1", "metrics-controls"}


@pytest.mark.parametrize(
    ("path", "text", "stages"),
    [
        (
            "params/smoke.yaml",
            "\nmetrics: {miou: {parser: trained, images: 320}, edge_tolerance: 3}\n",
            {*METRICS, "report"},
        ),
        ("params/smoke.yaml", "\nreport: {dpi: 90}\n", {"report"}),
        ("params/smoke.yaml", "\n# a remark\n", set()),
        ("src/matebit/report/tables.py", "\nEDITED = True\n", {"report"}),
        ("src/matebit/metrics/pixels.py", "\nEDITED = True\n", {*METRICS, "report"}),
        ("src/matebit/cli/app.py", "\nEDITED = True\n", set()),
    ],
)
def test_dvc_runs_what_reads_the_change(changed_in_dvc, path: str, text: str, stages: set[str]):
    found = changed_in_dvc(path, text)
    assert found - {"report"} == stages - {"report"}
    # The report reads all metrics: it follows them even where none of its own keys changed.
    assert ("report" in found) >= ("report" in stages and not stages & METRICS)
