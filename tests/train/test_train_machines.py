"""Two torchrun launchers, as on two machines: docs/cluster.md's command, a lost machine, the same bytes."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from steps import results

from command import environment, matebit
from tiny_experiment import Experiment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

FOUR = {"devices": 4, "images": 96, "checkpoint_every": 8, "log_every": 8, "sample_every": 48}
SECONDS_TO_END = 60  # for the machine that is left; gloo sees a closed connection at once


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@contextlib.contextmanager
def two_launchers(base: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """Two launchers of two ranks that meet on this machine; none is left when the block ends."""
    meeting = f"127.0.0.1:{free_port()}"
    words = [
        sys.executable, "-m", "torch.distributed.run", "--nnodes", "2", "--nproc-per-node", "2",
        "--rdzv-backend", "c10d", "--rdzv-endpoint", meeting,
        "-m", "matebit.train.rank", "results/tiny/params.yaml", "matebit", "1",
    ]  # fmt: skip
    launchers = [
        subprocess.Popen(
            words, cwd=base, env=environment(GLOO_SOCKET_IFNAME="lo", OMP_NUM_THREADS="1"),
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    try:
        yield launchers
    finally:
        for launcher in launchers:
            kill_machine(launcher)


def kill_machine(launcher: subprocess.Popen[str]) -> None:
    """The launcher and its ranks, without a chance to say anything: its machine is gone."""
    if launcher.poll() is None:
        parent = psutil.Process(launcher.pid)
        ranks = parent.children(recursive=True)
        for process in (parent, *ranks):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(ranks, timeout=30)
    launcher.communicate(timeout=30)


def finish(base: Path) -> None:
    with two_launchers(base) as launchers:
        for launcher in launchers:
            _, said = launcher.communicate(timeout=400)
            assert launcher.returncode == 0, said[-4000:]


def test_two_launchers_train_as_one_and_go_on_when_one_is_lost(tiny: Experiment, tmp_path: Path):
    whole = tiny.copied(tmp_path / "whole", train=FOUR)
    done = matebit(whole.layout.base, "train", "results/tiny/params.yaml", "matebit", "--seed", "1")
    assert done.returncode == 0, done.stderr

    apart = tiny.copied(tmp_path / "apart", train=FOUR)
    finish(apart.layout.base)
    assert results(apart) == results(whole)

    lost = tiny.copied(tmp_path / "lost", train=FOUR)
    state = lost.layout.run("matebit", 1).state
    with two_launchers(lost.layout.base) as (first, second):
        while not list(state.glob("state-*.pt")):
            assert first.poll() is None, first.communicate()[1][-4000:]
            time.sleep(0.01)
        kill_machine(second)
        began = time.monotonic()
        _, said = first.communicate(timeout=SECONDS_TO_END)
        print(f"the other launcher ended after {time.monotonic() - began:.1f} s")
    assert first.returncode != 0
    [line] = [line for line in said.splitlines() if line.startswith("matebit: ")]
    assert "another process of this training has ended or cannot be reached" in line
    assert "the same commands go on from the last state" in line
    assert not lost.layout.run("matebit", 1).train.exists()

    finish(lost.layout.base)
    assert results(lost) == results(whole)
