"""Stopped or killed at any moment, the same command ends with the bytes of an uninterrupted run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from steps import results

from command import matebit_here, start_matebit
from matebit.train.interrupt import StopRequest
from tiny_experiment import Experiment

TRAIN = ("train", "results/tiny/params.yaml", "matebit", "--seed", "1")


def states(experiment: Experiment) -> list[Path]:
    return sorted(experiment.layout.run("matebit", 1).state.glob("state-*.pt"))


def stop_after_a_state(experiment: Experiment, number: int) -> subprocess.CompletedProcess[str]:
    """Start the training, send the signal when there is a state, wait for the end."""
    process = start_matebit(experiment.layout.base, *TRAIN)
    while not states(experiment) and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(TRAIN, process.returncode, out, err)


@pytest.fixture
def experiment(trained: Experiment, tmp_path: Path) -> Experiment:
    """Not yet trained, and long enough for a signal to meet it."""
    return trained.copied(tmp_path)


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stop_saves_and_the_same_command_goes_on(
    experiment: Experiment, trained: Experiment, number: int, status: int
):
    result = stop_after_a_state(experiment, number)
    assert result.returncode == status, result.stderr
    assert "the same command goes on from here" in result.stderr
    assert "Traceback" not in result.stderr
    assert not experiment.layout.run("matebit", 1).train.exists()
    if number == signal.SIGINT:
        return
    # The newest state does not survive: the one before it serves.
    newest = states(experiment)[-1]
    newest.write_bytes(newest.read_bytes()[:-100])
    result = matebit_here(experiment.layout.base, *TRAIN)
    assert result.returncode == 0, result.stderr
    assert f"{newest.name} is broken" in result.stderr
    assert results(experiment) == results(trained)
    assert not experiment.layout.run("matebit", 1).state.exists()


def kill_and_finish(experiment: Experiment, kills: int, dice: random.Random) -> int:
    """Kill the training `kills` times at random moments, then let it end; how many kills met it."""
    met = 0
    for _ in range(kills):
        process = start_matebit(experiment.layout.base, *TRAIN)
        for line in process.stderr:
            if "computing on" in line:
                break
        time.sleep(dice.uniform(0, 4))
        met += process.poll() is None
        process.kill()
        process.communicate()
    experiment.run("train", "matebit")
    return met


def test_killed_at_a_random_moment(experiment, trained, dice: random.Random):
    kill_and_finish(experiment, 1, dice)
    assert results(experiment) == results(trained)


@pytest.mark.slow
def test_killed_at_many_random_moments(experiment, trained, dice: random.Random):
    assert kill_and_finish(experiment, 8, dice) > 0
    assert results(experiment) == results(trained)


@pytest.fixture
def ctrl_c():
    """Python's own handler: a shell starts what it puts into the background with the signal ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("ctrl_c")
def test_a_scheduler_that_sends_sigterm_twice_asks_once_and_a_second_ctrl_c_acts():
    with StopRequest() as stop:
        for _ in range(3):  # a time limit of Slurm: the step's and srun's
            os.kill(os.getpid(), signal.SIGTERM)
        assert stop.number == signal.SIGTERM
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
