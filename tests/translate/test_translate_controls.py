"""The controls: the true answer, the exemplar as it is, the mean colours of the labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from matebit.contracts.catalogue import read_catalogue
from matebit.contracts.pictures import Pictures
from matebit.contracts.translated import TRANSLATED_COLUMNS
from matebit.data.sources.registry import open_source
from matebit.io.images import read_rgb
from matebit.io.tables import read_table, write_table
from matebit.translate.controls import label_colours
from tiny_experiment import Experiment, contents


@pytest.fixture
def made(tiny: Experiment, tmp_path: Path) -> Experiment:
    experiment = tiny.copied(tmp_path)
    experiment.run("translate", "controls")
    return experiment


def shown(experiment: Experiment, control: str) -> list[tuple[str, str, np.ndarray]]:
    """Item, exemplar and picture of every test item under a control."""
    folder = experiment.layout.run(control, 0).translate
    index = read_table(folder / "index.csv", TRANSLATED_COLUMNS, numbers=["rank"])
    return [(row.id, row.exemplar, read_rgb(folder / row.image)) for row in index.itertuples()]


def made_controls(experiment: Experiment) -> list[str]:
    """What the index of the job names."""
    folder = experiment.layout.run("controls", 0).translate
    return list(read_table(folder / "index.csv", ["control", "images"])["control"])


def test_the_truth_is_the_true_answer(made: Experiment):
    oracle = open_source(made.params.data, made.params.seed).truth
    pictures = shown(made, "truth")
    assert len(pictures) == 4
    for item, exemplar, picture in pictures:
        np.testing.assert_array_equal(picture, oracle.answer(item, exemplar, 32))


def test_the_exemplar_is_copied_as_it_is(made: Experiment):
    for item, exemplar, picture in shown(made, "exemplar"):
        assert item != exemplar
        np.testing.assert_array_equal(picture, read_rgb(made.layout.data / f"images/{exemplar}.png"))


def test_label_colours_are_means_over_the_training_images(made: Experiment):
    entries = [e for e in read_catalogue(made.layout) if e.split == "train"]
    pictures = Pictures(made.layout)
    labels = np.stack([pictures.parsing_at(e, 32) for e in entries])
    pixels = np.stack([pictures.image(e) for e in entries]).transpose(0, 2, 3, 1)
    found = label_colours(entries, pictures)
    for label in np.unique(labels):
        expected = pixels[labels == label].mean(axis=0)
        np.testing.assert_allclose(found[label], expected, atol=0.51)
    absent = next(label for label in range(256) if label not in labels)
    np.testing.assert_allclose(found[absent], pixels.reshape(-1, 3).mean(axis=0), atol=0.51)


def test_label_mean_paints_the_map(made: Experiment):
    entries = {e.id: e for e in read_catalogue(made.layout)}
    pictures = Pictures(made.layout)
    colours = label_colours([e for e in entries.values() if e.split == "train"], pictures)
    for item, _, picture in shown(made, "label_mean"):
        labels = pictures.parsing_at(entries[item], 32)
        np.testing.assert_array_equal(picture, colours[labels])


def test_again_it_is_the_same_bytes(made: Experiment):
    folder = made.layout.run("controls", 0).translate
    before = contents(folder)
    made.run("translate", "controls")
    assert contents(folder) == before
    assert made_controls(made) == ["truth", "exemplar", "label_mean"]


def test_without_parsing_maps_there_is_no_label_mean_and_no_old_one(made: Experiment):
    path = made.layout.conditions / "index.csv"
    table = read_table(path, ["id", "parsing"])
    table["parsing"] = table["parsing_sha256"] = ""
    write_table(path, table, list(table.columns))
    made.run("translate", "controls")
    assert made_controls(made) == ["truth", "exemplar"]
    assert not made.layout.run("label_mean", 0).translate.exists()
