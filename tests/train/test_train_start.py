"""A training that begins with the network of a checkpoint: `train.start`."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
import torch
from steps import results

from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.model.checkpoint import load, read_metadata
from matebit.train.training import Training
from matebit.weights.shipped import SHIPPED
from tiny_experiment import Experiment


@pytest.fixture
def on(trained: Experiment, tmp_path: Path) -> Experiment:
    """On from the tiny training, with another seed."""
    start = str(trained.layout.run("matebit", 1).checkpoint)
    return trained.copied(tmp_path, train={"start": start, "images": 8}, seeds=[2])


def test_both_the_network_and_its_average_begin_with_the_checkpoint(on: Experiment, trained: Experiment):
    stage = on.params
    training = Training(stage, on.layout, "matebit", 2)
    began = load(trained.layout.run("matebit", 1).checkpoint).state_dict()
    for network in (training.step.generator, training.step.averaged()):
        found = network.state_dict()
        assert found.keys() == began.keys()
        assert all(torch.equal(found[name], began[name]) for name in began)


def test_the_checkpoint_says_what_it_began_with(on: Experiment, trained: Experiment):
    on.run("train", "matebit", 2)
    start = trained.layout.run("matebit", 1).checkpoint
    said = read_metadata(on.layout.run("matebit", 2).checkpoint)["extra"]
    assert said["start_sha256"] == sha256_of_file(start)
    assert "start_sha256" not in read_metadata(start)["extra"]
    losses = [
        json.loads(results(experiment, seed=seed)["curves.jsonl"].splitlines()[0])["fm"]
        for experiment, seed in ((on, 2), (trained, 1))
    ]
    assert losses[0] < losses[1], "its first steps are no better than those of a random start"


def test_another_file_is_another_training(on: Experiment, trained: Experiment, tmp_path: Path):
    copy = tmp_path / "copy.safetensors"
    copy.write_bytes(trained.layout.run("matebit", 1).checkpoint.read_bytes())
    moved = on.copied(tmp_path / "moved", train={"start": str(copy)})
    digest = moved.params.methods["matebit"].train.start_sha256
    assert digest == sha256_of_file(copy)
    kept = moved.params
    copy.write_bytes(SHIPPED.read_bytes())
    assert moved.params.methods["matebit"].train.start_sha256 != digest, "the engines would not train anew"
    with pytest.raises(MatebitError, match=rf"copy\.safetensors has the SHA-256 .*, not {digest}"):
        Training(kept, moved.layout, "matebit", 2)


def test_the_shipped_one_has_a_word(on: Experiment, tmp_path: Path):
    shipped = on.copied(tmp_path / "shipped", train={"start": "shipped"})
    assert shipped.params.methods["matebit"].train.start_sha256 == sha256_of_file(SHIPPED)
    with pytest.raises(MatebitError, match=r"(?s)train\.start: .*wrong shape.*give `model`"):
        Training(shipped.params, shipped.layout, "matebit", 2)


def test_a_network_that_was_another_one_is_said(on: Experiment, caplog):
    other = on.copied(on.layout.base / "other", model={"alpha": 30.0})
    with caplog.at_level(logging.WARNING, "matebit"):
        Training(other.params, other.layout, "matebit", 2)
    assert "model.alpha: 100.0, this is 30.0" in caplog.text


@pytest.mark.parametrize(
    ("train", "words"),
    [
        ({"start": "absent.safetensors"}, r"train\.start: there is no checkpoint at absent\.safetensors"),
        ({"start": None, "start_sha256": "0" * 64}, "digest of train.start, which is not set"),
        ({"start_sha256": "0" * 64}, "not 0000"),
    ],
)
def test_what_cannot_begin_is_refused_before_any_work(
    on: Experiment, tmp_path: Path, train: dict, words: str
):
    with pytest.raises(MatebitError, match=words):
        on.copied(tmp_path / "refused", train=train)
