"""Killed at random moments or out of disk, the same command ends with the bytes of an uninterrupted run.

Whole: `make test-faults`, 200 moments; MATEBIT_FAULTS=1 is one of each. tests/train kills one training.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from engine_runs import COMMANDS, Run, clone

from command import complaint, environment, matebit_here, run_in
from tiny_experiment import Experiment, contents, resolved_below

pytestmark = [pytest.mark.engines, pytest.mark.slow, pytest.mark.faults, pytest.mark.timeout(3600)]

STAGES = ("data", "conditions", "pairs", "segmenter", "train", "translate", "metrics")
# 7 stages killed and out of disk 11 times each, 2 engines killed 23 times: 200 moments.
OF_A_STAGE = int(os.environ.get("MATEBIT_FAULTS") or 11)
OF_AN_ENGINE = int(os.environ.get("MATEBIT_FAULTS") or 23)


def words(stage: str) -> tuple[str, ...]:
    run = () if stage in ("data", "conditions", "pairs", "segmenter") else ("matebit", "--seed", "1")
    return (stage, "results/tiny/params.yaml", *run)


def outputs(base: Path) -> dict[str, bytes]:
    """All that the stages handed on; what begins with a dot is on its way."""
    found = contents(base / "results")
    return {name: data for name, data in found.items() if not any(p.startswith(".") for p in name.split("/"))}


@pytest.fixture(scope="module")
def chain(tiny: Experiment, tmp_path_factory: pytest.TempPathFactory) -> Experiment:
    """The tiny chain to its metrics, uninterrupted."""
    experiment = resolved_below(tmp_path_factory.mktemp("chain"), tiny.mapping)
    for stage in STAGES:
        done = matebit_here(experiment.layout.base, *words(stage))
        assert done.returncode == 0, done.stderr
    return experiment


def begun(base: Path, whole: Experiment, stage: str) -> None:
    """The experiment at `base` with all that comes before the stage."""
    experiment = resolved_below(base, whole.mapping)
    for done in STAGES[: STAGES.index(stage)]:
        shutil.copytree(whole.layout.results / done, experiment.layout.results / done)


def check_same(base: Path, whole: Experiment, stage: str) -> None:
    """The stage, run once more, ends with the bytes of the uninterrupted run."""
    finished = matebit_here(base, *words(stage))
    assert finished.returncode == 0, finished.stderr
    expected = {name: data for name, data in outputs(whole.layout.base).items() if f"/{stage}/" in f"/{name}"}
    assert expected
    got = outputs(base)
    assert {name: got.get(name) for name in expected} == expected


# Forked from a process that has loaded the libraries: a stage's time goes into its work, where it is killed.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["matebit.engines.run_stage", "matebit.train.stage", "matebit.metrics.stage"]
)


def in_a_process(base: Path, stage: str) -> Any:
    """Start `matebit STAGE` in a process of its own."""
    process = PROCESSES.Process(target=matebit_here, args=(base, *words(stage)))
    process.start()
    return process


@pytest.mark.parametrize("stage", STAGES)
def test_a_killed_stage(stage: str, chain: Experiment, tmp_path: Path, dice: random.Random):
    for base in (tmp_path / "first", tmp_path / "second"):  # the first one waits for the libraries
        begun(base, chain, stage)
        began = time.monotonic()
        in_a_process(base, stage).join()
        took = time.monotonic() - began
    base = tmp_path / "copy"
    begun(base, chain, stage)
    killed = 0
    for _ in range(OF_A_STAGE):
        process = in_a_process(base, stage)
        process.join(dice.uniform(0.1, 1.0) * took)
        process.kill()
        process.join()
        killed += process.exitcode == -signal.SIGKILL
    print(f"{stage}: {killed} of {OF_A_STAGE} killed before the end, {took:.1f} s")
    check_same(base, chain, stage)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "none", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield place
    subprocess.run(["umount", place], check=True)


def leave_room(disk: Path, room: int | None) -> None:
    """Let so many bytes more go onto the disk; None: as many as there is memory for."""
    size = 2**30 if room is None else shutil.disk_usage(disk).used + room
    subprocess.run(["mount", "-o", f"remount,size={size}", disk], check=True)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_on_a_full_disk(stage: str, chain: Experiment, small_disk: Path, dice: random.Random):
    base = small_disk / "copy"
    begun(base, chain, stage)
    written = outputs(chain.layout.base).items()
    needed = sum(len(data) for name, data in written if f"/{stage}/" in f"/{name}")
    full = 0
    for _ in range(OF_A_STAGE):
        leave_room(small_disk, dice.randrange(4096, needed + 8192))
        result = matebit_here(base, *words(stage))
        if result.returncode:
            full += 1
            assert "the disk is full; make room, the same command goes on" in complaint(result)
    print(f"{stage}: {full} of {OF_A_STAGE} on a full disk")
    leave_room(small_disk, None)
    check_same(base, chain, stage)


def kill(process: subprocess.Popen, what: str) -> None:
    """The engine alone, the stage that it runs (if it runs one), or the whole group."""
    if what == "group":
        os.killpg(process.pid, signal.SIGKILL)
    elif what == "engine":
        process.kill()
    else:
        try:
            children = psutil.Process(process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return
        for child in children:
            try:
                if any(part.endswith("matebit") for part in child.cmdline()):
                    child.kill()
            except psutil.NoSuchProcess:
                continue


@pytest.mark.parametrize("engine", COMMANDS)
def test_a_killed_engine(engine: str, origin: Path, tmp_path: Path, by_snakemake: Run, dice: random.Random):
    copy = clone(origin, tmp_path / "copy")
    run = Run(engine, copy, "")
    for _ in range(OF_AN_ENGINE):
        what = dice.choice(("engine", "stage", "group"))
        process = subprocess.Popen(
            COMMANDS[engine], cwd=copy, env=environment(PYTHONPATH=str(copy / "src")),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        time.sleep(dice.uniform(5, 60))
        kill(process, what)
        if what == "stage":  # the engine itself may end in its own way
            process.wait(timeout=1800)
        process.wait()
    result = run_in(copy, *COMMANDS[engine])
    assert result.returncode == 0, (result.stdout + result.stderr)[-6000:]
    assert list(run.files()) == list(by_snakemake.files())
    for name in run.files():
        assert (copy / name).read_bytes() == (by_snakemake.copy / name).read_bytes(), name
