"""A chain through the profile of Slurm on a cluster of this machine; a training that Slurm stops goes on."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from slurm_cluster import Cluster, absent_programs, running_cluster

from command import copy_repository, environment
from matebit.config.read import merged
from matebit.config.yaml_text import yaml_text
from matebit.io.files import write_text
from tiny_experiment import TINY, Experiment, contents, resolved_below

pytestmark = [pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(3600)]

# Long enough for Slurm to notice a time limit, which it looks at twice a minute.
MAPPING = merged(
    TINY, {"train": {"images": 3000, "checkpoint_every": 200, "log_every": 400, "sample_every": 1500}}
)
CHECKPOINT = "results/tiny/train/matebit/seed1/model.safetensors"
SNAKEMAKE = [
    "snakemake", "--profile", "profiles/slurm", "--configfile", "params/tiny.yaml", "--latency-wait", "10",
    # Without slurmdbd there is no sacct; and the chain is short.
    "--slurm-status-command", "squeue", "--slurm-init-seconds-before-status-checks", "2",
    "--seconds-between-status-checks", "2",
]  # fmt: skip


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        pytest.skip("the executor plugin of slurm is not installed: uv pip install '.[slurm]'")
    if absent := absent_programs():
        pytest.skip(f"no {', '.join(absent)} here (Debian: apt-get install slurm-wlm munge)")
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """The chain to the training, stage by stage, without an engine and without an interruption."""
    experiment = resolved_below(tmp_path_factory.mktemp("whole"), MAPPING)
    for words in (("data",), ("conditions",), ("pairs",), ("train", "matebit", 1)):
        experiment.run(*words)
    return experiment


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone on the file system that login node and nodes share."""
    copy = copy_repository(tmp_path_factory.mktemp("cluster") / "copy")
    write_text(copy / "params" / "tiny.yaml", yaml_text(MAPPING))
    return copy


def in_cluster(copy: Path, cluster: Cluster) -> dict[str, str]:
    """A user's shell on the login node."""
    shell = environment(PYTHONPATH=str(copy / "src"))
    path = os.pathsep.join([cluster.variables["PATH"].split(os.pathsep)[0], shell["PATH"]])
    return {**shell, **cluster.variables, "PATH": path}


@contextlib.contextmanager
def snakemake(copy: Path, cluster: Cluster, *targets: str) -> Iterator[subprocess.Popen[str]]:
    """Snakemake on the login node; ended with the block, its jobs with the cluster."""
    process = subprocess.Popen(
        [*SNAKEMAKE, *targets], cwd=copy, env=in_cluster(copy, cluster),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            with contextlib.suppress(psutil.NoSuchProcess):
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
            process.kill()
            process.communicate()


def wait_until(holds: Callable[[], object], process: subprocess.Popen[str], seconds: float = 900) -> None:
    until = time.monotonic() + seconds
    while not holds():
        assert process.poll() is None, process.communicate()[0][-6000:]
        assert time.monotonic() < until
        time.sleep(0.2)


def log_of_training(copy: Path) -> str:
    return (copy / "logs/tiny/train-matebit-seed1.log").read_text()


def stopped_in_training(copy: Path, cluster: Cluster, stop: Callable[[str], object]) -> str:
    """Let Slurm stop the training at its next state; how the job ended, by Slurm."""
    states = copy / "runs" / "tiny" / "matebit-seed1"
    before = {path.name for path in states.glob("state-*.pt")}
    with snakemake(copy, cluster, CHECKPOINT) as process:
        wait_until(lambda: {path.name for path in states.glob("state-*.pt")} - before, process)
        job = cluster.running("train")
        assert job is not None
        stop(job.number)
        said, _ = process.communicate(timeout=600)
    assert process.returncode != 0, said[-6000:]
    assert "signal 15" in log_of_training(copy)  # what the stage says when it has saved
    assert not (copy / CHECKPOINT).exists()
    return cluster.state(job.number)


def check_same(copy: Path, expected: Experiment, *folders: str) -> None:
    for folder in folders:
        wanted = contents(expected.layout.base / folder)
        assert wanted
        got = contents(copy / folder)
        assert [name for name, data in wanted.items() if got.get(name) != data] == []


def test_a_training_that_slurm_stops_goes_on_to_the_same_bytes(
    cluster: Cluster, copy: Path, trained: Experiment
):
    assert stopped_in_training(copy, cluster, lambda job: cluster.command("scancel", job)) == "CANCELLED"

    def limit(job: str) -> None:
        cluster.command("scontrol", "update", f"JobId={job}", "TimeLimit=0:01")

    assert stopped_in_training(copy, cluster, limit) == "TIMEOUT"
    with snakemake(copy, cluster, CHECKPOINT) as process:
        said, _ = process.communicate(timeout=900)
    assert process.returncode == 0, said[-6000:]
    assert "going on from image" in log_of_training(copy)
    stages = [f"results/tiny/{name}" for name in ("data", "conditions", "pairs", "train")]
    check_same(copy, trained, *stages)


def test_the_rest_of_the_chain_runs_by_the_profile(cluster: Cluster, copy: Path, trained: Experiment):
    with snakemake(copy, cluster) as process:
        said, _ = process.communicate(timeout=1800)
    assert process.returncode == 0, said[-6000:]
    assert {job.state for job in cluster.jobs()} <= {"COMPLETED", "CANCELLED", "TIMEOUT"}
    trained.run("segmenter")
    for name in ("translate", "metrics"):
        trained.run(name, "matebit", 1)
        trained.run(name, "controls", 0)
    trained.run("report")
    (copy / "results/tiny/.engine").unlink()
    (trained.layout.results / ".engine").unlink(missing_ok=True)
    check_same(copy, trained, "results/tiny", "reports/tiny")
