"""Whole trainings: the same bytes each time, whatever does not belong to them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from steps import results

from matebit.drawn import source
from matebit.drawn.portrait_source import PortraitSource, PortraitTruth
from matebit.errors import MatebitError
from matebit.train import step as training_step
from tiny_experiment import Experiment


def test_what_is_handed_on(trained: Experiment):
    found = results(trained)
    assert {name for name in found if name.startswith("samples/")} == {
        "samples/000000024.png", "samples/000000048.png",
    }  # fmt: skip
    summary = json.loads(found["summary.json"])
    assert (summary["images"], summary["steps"]) == (48, 12)
    rows = [json.loads(line) for line in found["curves.jsonl"].splitlines()]
    assert [row["step"] for row in rows] == [2, 4, 6, 8, 10, 12]
    assert not trained.layout.run("matebit", 1).state.exists()


def test_the_contrastive_loss_acts_and_says_from_when(trained: Experiment):
    found = results(trained)
    began = json.loads(found["summary.json"])["style_contrast_began_at_image"]
    rows = [json.loads(line) for line in found["curves.jsonl"].splitlines()]
    assert 0 < began < 24
    assert all(("style_contrast" in row) == (row["images"] > began) for row in rows)
    assert rows[-1]["style_contrast"] > 0


def test_the_truth_is_never_asked_for(trained: Experiment, tmp_path: Path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("training asked for the truth")

    monkeypatch.setattr(PortraitSource, "__init__", refuse)
    monkeypatch.setattr(PortraitTruth, "answer", refuse)
    monkeypatch.setattr(PortraitTruth, "matches", refuse)
    monkeypatch.setattr(source, "true_matches", refuse)
    again = trained.copied(tmp_path)
    again.run("train", "matebit")
    assert results(again) == results(trained)


def test_seeds_differ_and_a_short_run_logs_its_end(tiny: Experiment, tmp_path: Path):
    short = tiny.copied(tmp_path, train={"images": 6}, seeds=[1, 2])
    found = {}
    for seed in (1, 2):
        short.run("train", "matebit", seed)
        found[seed] = results(short, seed=seed)
    for name in ("model.safetensors", "curves.jsonl"):
        assert found[1][name] != found[2][name]
    assert [json.loads(line)["images"] for line in found[1]["curves.jsonl"].splitlines()] == [6]


@pytest.fixture
def poisoned(trained: Experiment, tmp_path: Path, monkeypatch) -> tuple[Experiment, str]:
    """A run whose loss `fm` is NaN at image 28, and what it said."""
    experiment, calls = trained.copied(tmp_path), []
    honest = training_step.perceptual_loss

    def poison(*words, **named):
        losses = honest(*words, **named)
        calls.append(1)
        return losses if len(calls) <= 7 else losses | {"fm": losses["fm"] * float("nan")}

    with monkeypatch.context() as patch:
        patch.setattr(training_step, "perceptual_loss", poison)
        with pytest.raises(MatebitError) as caught:
            experiment.run("train", "matebit")
    return experiment, str(caught.value)


def test_nan_stops_with_step_loss_and_ids_and_leaves_the_last_state(trained, poisoned):
    experiment, said = poisoned
    state = experiment.layout.run("matebit", 1).state
    for words in ("image 28 (step 7)", "the loss fm is nan", "state-000000000024.pt"):
        assert words in said
    assert sum(f"{item}" in said for item in trained_items(experiment)) >= 1
    assert "\n" not in said
    assert [path.name for path in sorted(state.glob("*.pt"))][-1] == "state-000000000024.pt"
    assert not experiment.layout.run("matebit", 1).train.exists()
    # The cause mended, the same command ends as if nothing had been.
    experiment.run("train", "matebit")
    assert results(experiment) == results(trained)


def trained_items(experiment: Experiment) -> list[str]:
    """The ids of the training images."""
    images = experiment.layout.data / "images"
    return [path.stem for path in images.iterdir()]


def test_other_parameters_are_refused_by_name_but_keep_may_change(poisoned, tiny: Experiment):
    experiment, _ = poisoned
    base = experiment.layout.base
    for section, key in (
        ("train", "lr_g"), ("model", "ngf"), ("features", "seed"), ("pairs", "rank"),
    ):  # fmt: skip
        value = {"lr_g": 0.01, "ngf": 8, "seed": 5, "rank": 2}[key]
        other = resolved_again(experiment, base, {section: {key: value}})
        with pytest.raises(MatebitError, match=rf"another {section}\.{key} "):
            other.run("train", "matebit")
    same = resolved_again(experiment, base, {"train": {"keep": 3, "checkpoint_every": 20}})
    same.run("train", "matebit")
    assert (same.layout.run("matebit", 1).train / "model.safetensors").exists()


def resolved_again(experiment: Experiment, base: Path, changes: dict) -> Experiment:
    """The same folder with other parameters."""
    from matebit.config.read import merged
    from tiny_experiment import resolved_below

    return resolved_below(base, merged(experiment.mapping, changes))
