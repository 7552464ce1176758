"""An engine killed in the middle of training goes on with the same command to the same bytes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from engine_runs import COMMANDS, Run, clone

from command import environment, run_in

pytestmark = [pytest.mark.engines, pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.mark.parametrize("engine", COMMANDS)
def test_killed_in_training(engine: str, origin: Path, tmp_path: Path, by_snakemake: Run):
    copy = clone(origin, tmp_path / "copy")
    process = subprocess.Popen(
        COMMANDS[engine], cwd=copy, env=environment(PYTHONPATH=str(copy / "src")),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    while process.poll() is None and not list(copy.glob("runs/smoke/*/state-*.pt")):
        time.sleep(0.1)
    assert process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    result = run_in(copy, *COMMANDS[engine])
    assert result.returncode == 0, (result.stdout + result.stderr)[-6000:]
    run = Run(engine, copy, "")
    assert list(run.files()) == list(by_snakemake.files())
    for name in run.files():
        assert (copy / name).read_bytes() == (by_snakemake.copy / name).read_bytes(), name
