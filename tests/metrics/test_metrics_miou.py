"""Agreement of label maps against a slow obvious version, its controls, and the segmenter's training."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
import torch
from arrays_inputs import ArrayInputs, feed, random_images
from disc_world import DiscWorld, make_params
from hypothesis import given
from hypothesis import strategies as st

from matebit.config.segmenter import MiouConfig
from matebit.errors import MatebitError
from matebit.metrics import stage
from matebit.metrics.agreement import confusion, mean_iou
from matebit.metrics.segmenter import stage as segmenter_stage
from matebit.metrics.segmenter.network import MODEL, SUMMARY, Segmenter, TrainedParser, load_segmenter
from matebit.metrics.segmenter.training import label_loss, train
from matebit.metrics.structure import ParsingAgreement
from tiny_experiment import contents

TRAINED = {"parser": "trained", "images": 96, "batch": 4, "width": 8}


def slow_iou(found, asked):
    """Label by label, pixel by pixel; those that are asked to have no class are left out."""
    found, asked = zip(*[(f, a) for f, a in zip(found, asked, strict=True) if a != 255], strict=True)
    ratios = []
    for label in sorted(set(found) | set(asked)):
        both = sum(f == label and a == label for f, a in zip(found, asked, strict=True))
        either = sum(f == label or a == label for f, a in zip(found, asked, strict=True))
        ratios.append(both / either)
    return sum(ratios) / len(ratios)


LABEL = st.integers(0, 4) | st.just(255)


@given(st.lists(st.tuples(LABEL, LABEL), min_size=1, max_size=60))
def test_it_is_the_slow_one(pixels):
    pixels = [*pixels, (0, 0)]
    found, asked = zip(*pixels, strict=True)
    assert mean_iou(confusion(found, asked)) == pytest.approx(slow_iou(found, asked))


def test_known_answers():
    asked = np.array([[0, 0, 1, 1]])
    assert mean_iou(confusion(asked, asked)) == 1
    assert mean_iou(confusion(1 - asked, asked)) == 0
    # 0: 2 of 3 pixels; 1: 1 of 2; 2 was found but not asked for.
    assert mean_iou(confusion([[0, 0, 0, 1]], asked)) == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert mean_iou(confusion([[0, 0, 2, 1]], asked)) == pytest.approx((1 + 1 / 2 + 0) / 3)
    assert np.isnan(mean_iou(confusion([], [])))


class Brightness:
    """Parses by the first channel."""

    label = "brightness"

    def __call__(self, image):
        return image[..., 0] // 86


def _maps(images):
    return {name: image[..., 0] // 86 for name, image in images.items()}


def test_batches_and_order_do_not_matter_and_controls_rank():
    images = random_images("abcdef", 3)
    whole = feed(ParsingAgreement(Brightness()), ArrayInputs(images, labels=_maps(images)), list("abcdef"))
    assert whole == {"miou": 1}
    noise = random_images("abcdef", 4)
    half = {name: np.concatenate([images[name][:16], noise[name][16:]]) for name in images}
    metrics = [ParsingAgreement(Brightness()) for _ in range(3)]
    inputs = ArrayInputs(half, labels=_maps(images))
    one = feed(metrics[0], inputs, list("abcdef"))
    assert one == feed(metrics[1], inputs, list("fbdace"), size=1)
    worst = feed(metrics[2], ArrayInputs(noise, labels=_maps(images)), list("abcdef"))
    assert worst["miou"] < one["miou"] < 1
    by_hand = confusion(half["a"][..., 0] // 86, _maps(images)["a"])
    assert metrics[0].images()["iou"]["a"] == mean_iou(by_hand)


@pytest.fixture
def parsed(experiment):
    """The disc world with a segmenter that was trained on it."""
    experiment.params = make_params(miou=TRAINED)
    segmenter_stage.run(experiment.params, experiment.layout)
    return experiment


def test_the_segmenter_has_the_same_bytes_each_time(parsed):
    folder = parsed.layout.segmenter
    first = contents(folder)
    summary = json.loads(first[SUMMARY])
    assert 0 < summary["held_out_miou"] < 1
    assert (summary["labels"], summary["held_out_images"], summary["training_images"]) == (2, 6, 6)
    torch.rand(3)  # the process's own random state has no part in it
    segmenter_stage.run(parsed.params, parsed.layout)
    assert contents(folder) == first


class WideWorld(DiscWorld):
    """Discs anywhere: a disc in the middle, which a segmenter may see in noise too, is seldom right."""

    def disc(self, name):
        random = np.random.default_rng([7, int(name.strip("abcdefghijklmnopqrstuvwxyz")), name[:4] == "test"])
        return tuple(random.uniform([0.25, 0.25, 0.2], [0.75, 0.75, 0.35]))


def test_it_learns_and_the_controls_rank():
    """The truth scores what was held out, shuffled conditions are worse, noise is worst."""
    world, random = WideWorld(), np.random.default_rng(0)

    def drawn(name):
        return world.answer(name, name, 32)

    def example(number):
        return drawn(f"train{number}").transpose(2, 0, 1), world.parsing(f"train{number}")

    loss = label_loss(np.array([0.8, 0.2]))
    network = train(example, 96, 2, loss, MiouConfig(images=1440, batch=4, width=8), "segmenter")
    parser = TrainedParser(network, "discs")
    names = [f"test{number}" for number in range(12)]
    images = {name: drawn(name) for name in names}
    noise = {name: random.integers(0, 256, (32, 32, 3), dtype=np.uint8) for name in names}
    maps = {name: world.parsing(name) for name in names}
    shuffled = dict(zip(names, [maps[name] for name in [*names[1:], names[0]]], strict=True))
    true, moved, worst = (
        feed(ParsingAgreement(parser), ArrayInputs(shown, labels=labels), names)["miou"]
        for shown, labels in ((images, maps), (images, shuffled), (noise, maps))
    )
    assert true > 0.75
    assert true > moved + 0.1 > worst + 0.1


def test_the_truth_scores_the_held_out_miou(parsed):
    stage.run(parsed.params, parsed.layout, "controls", 0)
    table = pd.read_csv(parsed.layout.run("controls", 0).metrics / "values.csv")
    rows = table.query("metric == 'miou'").set_index("method")
    held_out = json.loads((parsed.layout.segmenter / SUMMARY).read_text())["held_out_miou"]
    assert set(rows.index) == {"truth", "exemplar", "label_mean"}
    assert f"held-out mIoU {held_out:.3f}" in rows["features"]["truth"]
    assert rows["value"]["truth"] == pytest.approx(held_out, abs=0.1)


def test_without_maps_nothing_is_trained_and_nothing_measured(parsed):
    index = parsed.layout.conditions / "index.csv"
    index.write_text(index.read_text().replace("parsing/train3.png", ""))
    segmenter_stage.run(parsed.params, parsed.layout)
    assert set(contents(parsed.layout.segmenter)) == {SUMMARY}
    assert "parsing map" in (parsed.layout.segmenter / SUMMARY).read_text()
    stage.run(parsed.params, parsed.layout, "matebit", 1)
    assert "miou" not in (parsed.layout.run("matebit", 1).metrics / "values.csv").read_text()


def test_an_extractor_that_nobody_named_is_said(experiment):
    with pytest.raises(MatebitError, match=r"conditions\.extractors\.parsing"):
        stage.run(make_params(miou={"parser": "extractor"}), experiment.layout, "matebit", 1)


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / MODEL).write_bytes(b"no network")
    with pytest.raises(MatebitError, match=r"model\.safetensors"):
        load_segmenter(tmp_path / MODEL)


@pytest.mark.parametrize("size", [(16, 16), (33, 50)])
def test_any_size_is_parsed(size):
    network = Segmenter(5, 4).eval()
    assert network(torch.zeros(2, 3, *size)).shape == (2, 5, *size)
