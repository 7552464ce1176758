"""Several processes train as one: gradients, losses, batch statistics, queue and bank."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psutil
import pytest
import torch
from pydantic import ValidationError
from rank_steps import run_rank, trained
from steps import results

from command import complaint, matebit, start_matebit
from matebit.config.train import TrainConfig
from tiny_experiment import Experiment

CASES = {
    # the contrastive loss acts from the second step of three on
    "matebit": {},
    "accumulated": {"train": {"accumulate": 2}},
    # batch norm, spectral vectors that advance at every call, codes of exemplars as negatives
    "released": {
        "model": {"variant": "released", "token_stride": 8},
        "losses": {
            "form": "released",
            "style_contrast": {"weight": 1.0, "negatives": "exemplars", "start_fraction": 0.0},
        },
    },
}


@pytest.fixture(scope="module")
def both_ranks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two gloo processes on this machine through all cases."""
    folder = tmp_path_factory.mktemp("ranks")
    # Forked from a process that has loaded the libraries, which take longer than the steps.
    torch.multiprocessing.set_forkserver_preload(["torch._dynamo"])
    torch.multiprocessing.start_processes(
        run_rank, (2, str(folder), CASES), nprocs=2, start_method="forkserver"
    )
    return folder


@pytest.mark.parametrize("case", CASES)
def test_two_processes_give_the_gradients_of_one(case: str, both_ranks: Path):
    alone = trained({**CASES[case], "train": {}})  # one process, one pass
    first, second = (torch.load(both_ranks / f"{case}-{rank}.pt") for rank in (0, 1))
    assert "style_contrast" in alone["losses"][-1]
    assert first["losses"] == second["losses"]
    for mine, theirs in zip(first["losses"], alone["losses"], strict=True):
        assert mine == pytest.approx(theirs, rel=1e-5, abs=1e-9)
    assert first["gradients"].keys() == alone["gradients"].keys()
    largest = max(float(gradient.abs().max()) for gradient in alone["gradients"].values())
    for name, gradient in alone["gradients"].items():
        assert torch.equal(first["gradients"][name], second["gradients"][name]), name
        torch.testing.assert_close(
            first["gradients"][name],
            gradient,
            rtol=1e-5,
            atol=1e-9 * largest,
            msg=lambda m, n=name: f"{n}: {m}",
        )
    for name, value in alone["buffers"].items():
        torch.testing.assert_close(first["buffers"][name], value, rtol=1e-5, atol=1e-8)
    torch.testing.assert_close(first["queue"], alone["queue"], rtol=1e-5, atol=1e-6)
    assert torch.equal(first["queue"], second["queue"])
    if alone["bank"] is not None:
        assert torch.equal(first["bank"], second["bank"])
        assert (first["bank"].int() - alone["bank"].int()).abs().max() <= 1


def test_a_batch_that_cannot_be_divided_is_refused():
    with pytest.raises(ValidationError, match=r"train\.batch of 6 images .* train\.devices = 4"):
        TrainConfig(batch=6, devices=4)
    with pytest.raises(ValidationError, match="the last step's batch of 2 images"):
        TrainConfig(batch=8, images=18, devices=4)


TRAIN = ("train", "results/tiny/params.yaml", "matebit", "--seed", "1")


def ranks_of(process) -> list[psutil.Process]:
    """The processes that train, not their helpers."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [child for child in children if "spawn_main" in " ".join(child.cmdline())]


@pytest.mark.slow
def test_a_lost_rank_is_said_and_the_same_command_goes_on(tiny: Experiment, tmp_path: Path):
    whole = tiny.copied(tmp_path / "whole", train={"devices": 2})
    done = matebit(whole.layout.base, *TRAIN)
    assert done.returncode == 0, done.stderr

    experiment = tiny.copied(tmp_path / "killed", train={"devices": 2})
    state = experiment.layout.run("matebit", 1).state
    for number in (signal.SIGKILL, signal.SIGTERM):
        process = start_matebit(experiment.layout.base, *TRAIN)
        before = set(state.glob("state-*.pt"))
        while set(state.glob("state-*.pt")) <= before and process.poll() is None:
            time.sleep(0.02)
        if number == signal.SIGKILL:
            os.kill(ranks_of(process)[-1].pid, number)
        else:
            process.send_signal(number)
        _, said = process.communicate(timeout=300)
        assert "Traceback" not in said
        if number == signal.SIGKILL:
            assert process.returncode == 2, said
            [line] = [line for line in said.splitlines() if line.startswith("matebit: ")]
            assert "of the 2 that train matebit failed" in line
            assert "the same command goes on from the last state" in line
        else:
            assert process.returncode == 143, said
    assert not experiment.layout.run("matebit", 1).train.exists()
    done = matebit(experiment.layout.base, *TRAIN)
    assert done.returncode == 0, done.stderr
    assert results(experiment) == results(whole)


@pytest.mark.slow
def test_a_mistake_that_a_rank_finds_is_one_sentence(tiny: Experiment, tmp_path: Path):
    experiment = tiny.copied(tmp_path, train={"devices": 2})
    (experiment.layout.pairs / "pairs.csv").write_text("item\n")
    assert "pairs.csv" in complaint(matebit(experiment.layout.base, *TRAIN))
