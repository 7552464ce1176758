"""A Slurm cluster on this machine: munge, a controller, two nodes with a GPU on paper, in its own folder."""

from __future__ import annotations

import contextlib
import getpass
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

# Debian's slurm-wlm and munge; the daemons lie where only root looks.
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scancel", "squeue", "scontrol")
NODES = ("node1", "node2")
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
_SECONDS = 60  # to start, and to stop
_MARK = "MATEBIT_TEST_CLUSTER"

CONFIGURATION = """\
ClusterName=matebit
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
MpiDefault=none
GresTypes=gpu
KillWait=30
# The nodes have what the profile asks for, whatever this machine has.
SlurmdParameters=config_overrides
NodeName=DEFAULT CPUs=2 RealMemory=128000 Gres=gpu:1
NodeName={nodes} NodeHostname=localhost NodeAddr=127.0.0.1 Port={ports[1]},{ports[2]}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def absent_programs() -> list[str]:
    """What of Slurm and munge this machine lacks."""
    return [name for name in PROGRAMS if shutil.which(name, path=_PATH) is None]


@dataclass(frozen=True)
class Job:
    """A line of `squeue`: `comment` is the rule, as Snakemake's plugin writes it."""

    number: str
    comment: str
    state: str


@dataclass(frozen=True)
class Cluster:
    """A running cluster; `variables` make the commands of Slurm find it."""

    folder: Path

    @property
    def variables(self) -> dict[str, str]:
        """For the environment of a process; the second marks what the cluster's jobs start."""
        path = os.pathsep.join([str(self.folder / "bin"), _PATH])
        return {"PATH": path, "SLURM_CONF": str(self.folder / "slurm.conf"), _MARK: str(self.folder)}

    def command(self, *words: str) -> str:
        """What a command of Slurm prints; a `CalledProcessError` if it fails."""
        done = subprocess.run(
            words, env={**os.environ, **self.variables}, capture_output=True, text=True, check=True,
            timeout=_SECONDS,
        )  # fmt: skip
        return done.stdout

    def jobs(self) -> list[Job]:
        """Every job that waits or runs or has ended a moment ago."""
        lines = self.command("squeue", "--noheader", "--states=all", "--format=%i|%k|%T").splitlines()
        return [Job(*line.split("|")) for line in lines]

    def running(self, rule: str) -> Job | None:
        """The job of a rule that runs now."""
        return next((job for job in self.jobs() if rule in job.comment and job.state == "RUNNING"), None)

    def state(self, number: str) -> str:
        """RUNNING, CANCELLED, TIMEOUT, ..."""
        return next(job.state for job in self.jobs() if job.number == number)


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as taken:
        sockets = [taken.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _configure(folder: Path) -> None:
    (folder / "munge").mkdir()
    (folder / "state").mkdir()
    key = folder / "munge" / "key"
    key.write_bytes(secrets.token_bytes(128))
    key.chmod(0o600)
    ports, user, nodes = _free_ports(3), getpass.getuser(), ",".join(NODES)
    text = CONFIGURATION.format(folder=folder, ports=ports, user=user, nodes=nodes)
    (folder / "slurm.conf").write_text(text)
    # The plugin takes Slurm's variables from its jobs; a real cluster's configuration is found without one.
    (folder / "bin").mkdir()
    for name in PROGRAMS[3:]:
        program = folder / "bin" / name
        real = shutil.which(name, path=_PATH)
        program.write_text(f'#!/bin/sh\nSLURM_CONF={folder}/slurm.conf exec {real} "$@"\n')
        program.chmod(0o755)
    (folder / "gres.conf").write_text(f"NodeName={nodes} Name=gpu File=/dev/null\n")


def _daemons(folder: Path) -> list[list[str]]:
    munge = folder / "munge"
    places = {
        "key-file": "key",
        "socket": "socket",
        "log-file": "log",
        "pid-file": "pid",
        "seed-file": "seed",
    }
    options = [f"--{option}={munge / name}" for option, name in places.items()]
    return [
        ["munged", "--foreground", *options],
        ["slurmctld", "-D", "-c"],
        *(["slurmd", "-D", "-N", node] for node in NODES),
    ]


def _of_this_cluster(folder: Path) -> list[psutil.Process]:
    """What was started with the cluster's variables and still runs: steps of jobs, and what they started."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(_MARK) == str(folder):
                found.append(process)
    return [process for process in found if process.pid != os.getpid()]


@contextlib.contextmanager
def running_cluster() -> Iterator[Cluster]:
    """The cluster, until the block ends; then nothing of it is left."""
    # A socket's path may have 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="slurm-"))
    folder.chmod(0o755)
    cluster, started = Cluster(folder), []
    try:
        _configure(folder)
        environment = {**os.environ, **cluster.variables}
        for words in _daemons(folder):
            with (folder / f"{words[0]}-{len(started)}.out").open("w") as said:
                started.append(subprocess.Popen(words, env=environment, stdout=said, stderr=said, cwd=folder))
            if words[0] == "munged":
                _wait_for(lambda: (folder / "munge" / "socket").exists(), folder)
        _wait_for(lambda: cluster.command("sinfo", "-h", "-o", "%D %t").split() == ["2", "idle"], folder)
        yield cluster
    finally:
        # The commands first, then the daemons from the nodes to the key.
        with contextlib.suppress(subprocess.SubprocessError):
            cluster.command("scancel", "--signal=KILL", "--full", "--user", getpass.getuser())
        for daemon in reversed(started):
            daemon.terminate()
        for daemon in started:
            try:
                daemon.wait(timeout=_SECONDS)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        left = _of_this_cluster(folder)
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=_SECONDS)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(happens, folder: Path) -> None:
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        with contextlib.suppress(subprocess.CalledProcessError):
            if happens():
                return
        time.sleep(0.1)
    said = "\n".join(path.read_text()[-1500:] for path in sorted(folder.glob("*.out")))
    raise RuntimeError(f"the cluster did not come up:\n{said}")
