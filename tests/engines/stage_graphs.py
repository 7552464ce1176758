"""The graph of jobs as each engine itself reports it, in one form."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from dvc.repo import Repo

from command import run_in
from matebit.config.read import read_mapping, validated
from matebit.config.schema import Params
from matebit.engines.dvcfile import dvc_text


@dataclass(frozen=True)
class Job:
    """One job: the folders that it reads and owns."""

    reads: frozenset[str]
    owns: frozenset[str]


Graph = dict[str, Job]  # by the job's command


def _folder(path: str) -> str:
    """The folder that an index, table or page stands for."""
    return str(PurePosixPath(path).parent)


def _plain(command: str) -> str:
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
    """The stages that DVC finds in the file that `matebit dvc` writes for a params file.

    Without `resolve`, which Snakemake does when it starts; and without the resolved parameters, of which
    each stage reads some keys.
    """
    graph = {}
    for stage in dvc_stages(project, params):
        reads = {dep.def_path for dep in stage.deps if not hasattr(dep, "params")}
        graph[_plain(stage.cmd)] = Job(frozenset(reads), frozenset(o.def_path for o in stage.outs))
    resolve = graph.pop(f"matebit resolve {params} --engine dvc")
    assert resolve.owns == {f"results/{Path(params).stem}/params.yaml"}
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
