"""Snakemake's graph of jobs and DVC's are one graph."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from stage_graphs import Graph, dvc_graph, dvc_stages, snakemake_graph

from command import REPOSITORY
from matebit.config.read import read_mapping
from matebit.engines.dvcfile import job_command
from matebit.engines.resolve import resolve
from matebit.engines.snakemake import Experiment
from matebit.engines.why import all_jobs
from matebit.pipeline.stages import STAGES

# The others differ in what is read, hardly in their graphs.
_FAST = {"demo.yaml", "smoke.yaml", "celebahq-edges.yaml"}
SHIPPED = [
    pytest.param(f"params/{path.name}", marks=[] if path.name in _FAST else pytest.mark.slow)
    for path in sorted((REPOSITORY / "params").glob("*.yaml"))
]

# More of everything than the shipped files have, a method whose name looks like a number, given images.
MANY = """
data: {source: portraits, load_size: 64, crop_size: 64}
methods:
  - matebit
  - vanilla
  - {name: "1e3", model: {blocks: 1}}
  - {name: theirs, kind: images, path: of-others/faces}
seeds: [1, 20]
"""


def write_many(project: Path) -> None:
    """params/many.yaml, and the folder of images that it names."""
    (project / "params/many.yaml").write_text(MANY)
    (project / "of-others/faces").mkdir(parents=True, exist_ok=True)
    for item in ("a", "b"):
        (project / f"of-others/faces/{item}.png").write_bytes(b"not looked at")


@pytest.fixture(scope="module", params=[*SHIPPED, "params/many.yaml"])
def graphs(request: pytest.FixtureRequest, project: Path) -> tuple[Graph, Graph]:
    """The graphs of a params file by Snakemake and by DVC."""
    if not (project / request.param).exists():
        write_many(project)
    return snakemake_graph(project, request.param), dvc_graph(project, request.param)


def test_both_engines_run_the_same_commands(graphs: tuple[Graph, Graph]):
    by_snakemake, by_dvc = graphs
    assert sorted(by_snakemake) == sorted(by_dvc)
    assert {command.split()[1] for command in by_dvc} == set(STAGES)


def test_each_job_reads_and_owns_the_same(graphs: tuple[Graph, Graph]):
    by_snakemake, by_dvc = graphs
    for command, job in by_snakemake.items():
        assert job == by_dvc[command], command


def test_each_path_has_one_owner(graphs: tuple[Graph, Graph]):
    for graph in graphs:
        owned = [Path(path) for job in graph.values() for path in job.owns]
        assert len(set(owned)) == len(owned)
        nested = [(a, b) for a in owned for b in owned if a != b and a.is_relative_to(b)]
        assert nested == []


def test_nothing_is_read_that_no_job_makes(graphs: tuple[Graph, Graph]):
    for graph in graphs:
        owned = {path for job in graph.values() for path in job.owns}
        read = {path for job in graph.values() for path in job.reads}
        assert read - owned <= {"of-others/faces"}


def test_given_images_are_taken_in_and_scored_but_not_trained(project: Path):
    write_many(project)
    graph = dvc_graph(project, "params/many.yaml")
    theirs = {command: job for command, job in graph.items() if " theirs " in command}
    assert {command.split()[1] for command in theirs} == {"translate", "metrics"}
    taken = next(job for command, job in theirs.items() if "translate" in command)
    assert "of-others/faces" in taken.reads
    report = next(job for command, job in graph.items() if command.startswith("matebit report"))
    assert "results/many/metrics/theirs/seed0" in report.reads


def test_the_table_of_stages_says_what_reads_what(project: Path, monkeypatch):
    """`matebit why` follows the table."""
    write_many(project)
    graph = dvc_graph(project, "params/many.yaml")
    monkeypatch.chdir(project)
    params = resolve(read_mapping(Path("params/many.yaml")), "many")
    known = {
        job_command(each.stage, "results/many/params.yaml", each.method, each.seed): each
        for each in all_jobs(params)
    }
    assert known.keys() == graph.keys()
    for said, job in known.items():
        read = {other for other in known if job.reads(known[other])}
        assert read == {other for other in graph if graph[other].owns & graph[said].reads}, said


def test_a_job_depends_on_the_same_keys_in_both_engines(project: Path, monkeypatch):
    write_many(project)
    monkeypatch.chdir(project)
    view = Experiment.of(read_mapping(Path("params/many.yaml")), ["params/many.yaml"])
    for stage in dvc_stages(project, "params/many.yaml"):
        _, name, *rest = stage.cmd.split()
        if name == "resolve":
            continue
        method = rest[1] if len(rest) > 1 else None
        wildcards = SimpleNamespace(method=method) if method not in (None, "controls") else None
        [keys] = [set(dep.params) for dep in stage.deps if hasattr(dep, "params")]
        assert set(json.loads(view.reads(name, wildcards))) == keys, stage.addressing
