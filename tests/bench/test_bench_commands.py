"""`matebit bench`: every line is JSON with the same names, and measures what it says."""

from __future__ import annotations

import json
import sys

import pytest
import torch
from typer.testing import CliRunner

from matebit.bench.measure import PeakMemory, measure
from matebit.bench.networks import Case
from matebit.bench.operations import gains
from matebit.cli.app import app
from matebit.errors import MatebitError
from tiny_experiment import Experiment

SMALL = ("--ngf", "4", "--size", "64", "--repeats", "1", "--warmup", "1", "--device", "cpu")


def line(*words: str) -> dict:
    """What `matebit bench WORDS` prints."""
    threads = torch.get_num_threads()
    try:
        result = CliRunner().invoke(app, ["bench", *words], catch_exceptions=False)
    finally:
        torch.set_num_threads(threads)
        torch.use_deterministic_algorithms(False)
    assert result.exit_code == 0, result.output
    [text] = result.stdout.strip().splitlines()
    return json.loads(text)


@pytest.mark.parametrize(
    "words",
    [
        ("translate", "--variant", "released"),
        ("train", "--stride", "8"),
        ("train", "--plain"),
        ("attention", "--backend", "dense"),
        ("attention", "--backend", "tiled"),
    ],
)
def test_a_line(words: tuple[str, ...]):
    found = line(*words, *SMALL)
    assert found["bench"] == words[0]
    assert (found["what"]["ngf"], found["what"]["size"]) == (4, 64)
    assert found["repeats"] == 1
    assert found["what"].get("plain", False) == ("--plain" in words)
    assert found["per_second"] == pytest.approx(1 / found["seconds"], rel=1e-2)
    assert found["flops_per_second"] == pytest.approx(found["flops"] / found["seconds"], rel=1e-2)
    assert 0 < found["share_of_peak"] < 1.5


def test_the_operations():
    case = Case(ngf=4, size=64, batch=1, repeats=1, warmup=1, precision="float32")
    with pytest.raises(MatebitError, match="no operation is called sketch"):
        next(gains(case, ["norm_prelu", "sketch"]))
    found = list(gains(case, ["norm_prelu"]))
    assert [gain.operation for gain in found] == ["norm_prelu"]
    assert all(gain.own_seconds > 0 and gain.plain_seconds > 0 and gain.ratio > 0 for gain in found)
    assert found[0].line().startswith("norm_prelu ")


def test_the_loader(tiny: Experiment):
    found = line("loader", str(tiny.layout.params), "--batches", "2", "--batch", "4", "--repeats", "1")
    assert (found["bench"], found["unit"], found["what"]["source"]) == ("loader", "images", "portraits")
    assert found["per_second"] > 0


def test_an_unknown_word_is_refused():
    with pytest.raises(MatebitError, match="--variant is one of matebit, released, not 'sketch'"):
        CliRunner().invoke(app, ["bench", "translate", "--variant", "sketch"], catch_exceptions=False)


def test_flops_are_those_of_the_work_and_memory_is_seen():
    a = torch.ones(64, 32)
    b = torch.ones(32, 16)
    found = measure("product", {}, lambda: a @ b, torch.device("cpu"), units=1, repeats=1, warmup=1)
    assert found.flops == 2 * 64 * 32 * 16
    with PeakMemory(torch.device("cpu")) as memory:
        block = torch.ones(2**27)
        del block
    assert 400e6 < memory.bytes < 800e6


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lowers the mark of the highest memory")
def test_memory_freed_before_is_not_counted():
    for kept in (False, True):
        block = torch.ones(75 * 2**20)  # 300 MiB, touched
        if not kept:
            del block
        with PeakMemory(torch.device("cpu")) as memory:
            pass
        assert memory.bytes < 50e6
    with PeakMemory(torch.device("cpu")) as memory:
        more = torch.ones(75 * 2**20)
    assert 300e6 < memory.bytes < 400e6
    assert block.shape == more.shape
