"""The graph of jobs as each engine itself reports it, in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dvc.repo import Repo

from command import run_in
from matebit.params.read import read_mapping, validated
from matebit.params.schema import Params
from matebit.pipeline.dvcfile import dvc_text


@dataclass(frozen=True)
class Job:
    """One job: the folders (or files outside of them) that it reads and owns."""

    reads: frozenset[str]
    owns: frozenset[str]


Graph = dict[str, Job]  # by the job's command


def _folder(path: str) -> str:
    """The folder that an index, table or page stands for; `params.yaml` stands for itself."""
    return path if path.endswith("params.yaml") else str(PurePosixPath(path).parent)


def _plain(command: str) -> str:
    """The command without what the engines differ in: the log's tee and the engine's own name."""
    command = re.sub(r" --engine (snakemake|dvc)", "", command.partition(" 2>&1 |")[0])
    return " ".join(command.split())


def _listed(block: str, key: str) -> list[str]:
    found = re.search(rf"^    {key}: (.*)$", block, re.MULTILINE)
    return found[1].split(", ") if found else []


def snakemake_graph(project: Path, params: str, *options: str) -> Graph:
    """The jobs of `snakemake -n` for a params file."""
    words = ["snakemake", "-n", "-p", "--forceall", "--configfile", params, *options]
    result = run_in(project, *words)
    assert result.returncode == 0, result.stdout + result.stderr
    graph = {}
    for block in re.split(r"\n\n+", result.stdout):
        command = re.search(r"^Shell command: (matebit .*)$", block, re.MULTILINE)
        if command:
            reads = {_folder(path) for path in _listed(block, "input")}
            owns = frozenset(_folder(path) for path in _listed(block, "output"))
            graph[_plain(command[1])] = Job(frozenset(reads), owns)
    return graph


def dvc_graph(project: Path, params: str) -> Graph:
    """The stages that DVC finds in the file that `matebit dvc` writes for a params file."""
    graph = {}
    for stage in dvc_stages(project, params):
        # The sources are a key of the resolved parameters for every stage but the first.
        reads = {dep.def_path for dep in stage.deps} - {params, "src/matebit"}
        graph[_plain(stage.cmd)] = Job(frozenset(reads), frozenset(o.def_path for o in stage.outs))
    return graph


def dvc_stages(project: Path, params: str) -> list:
    """DVC's own objects for the stages of a params file."""
    target = Path("pipelines", "asked", "dvc.yaml")
    (project / target).parent.mkdir(parents=True, exist_ok=True)
    parsed = validated(Params, read_mapping(project / params), params)
    (project / target).write_text(dvc_text(parsed, Path(params), target))
    try:
        with Repo(str(project)) as repo:
            return repo.stage.load_all(str(project / target))
    finally:
        (project / target).unlink()
