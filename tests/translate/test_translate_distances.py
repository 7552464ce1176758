"""Near and far from what a checkpoint was trained on."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from tiny_checkpoints import write_checkpoint

import matebit
from matebit.contracts.measures import VALUE_COLUMNS
from matebit.contracts.seen import NUMBERS, Neighbourhood, Seen
from matebit.errors import MatebitError
from matebit.io.files import read_json
from matebit.io.images import read_rgb
from matebit.io.tables import write_table
from matebit.model.checkpoint import load_with_metadata, save_generator
from matebit.translate import shipped, structure
from matebit.translate.gallery import bundled, paintings
from matebit.translate.translator import Translator
from matebit.weights.shipped import shipped_checkpoint
from tiny_experiment import Experiment

SIDE = 256


def noise() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)


def landscape() -> np.ndarray:
    """A sky that fades and a plain that darkens, without any detail."""
    down = np.linspace(0, 1, SIDE)[:, None, None]
    sky = (1 - down) * (70, 120, 200) + down * (230, 230, 220)
    plain = (1 - down) * (150, 170, 80) + down * (40, 70, 20)
    return np.broadcast_to(np.where(down < 0.55, sky, plain), (SIDE, SIDE, 3)).astype(np.uint8)


def page() -> np.ndarray:
    image = Image.new("RGB", (SIDE, SIDE), "white")
    for top in range(6, SIDE - 10, 14):
        ImageDraw.Draw(image).text((8, top), "the quick brown fox jumps over the lazy dog", fill="black")
    return np.asarray(image)


def said_of(translator: Translator, pixels: np.ndarray) -> tuple[str | None, str | None]:
    """What is said of a picture as a photo and as an exemplar."""
    size = translator.side()
    framed = structure.of_photo(pixels, translator.conditions, size, "pad", "it")
    return translator.far_photo(framed, "it"), translator.far_exemplar(
        translator.exemplar(pixels, size, "pad"), "it"
    )


@pytest.fixture(scope="module")
def sketch() -> Translator:
    return matebit.load(shipped_checkpoint())


@pytest.mark.parametrize("make", [noise, landscape, page])
def test_what_no_portrait_is_like_lies_far(sketch: Translator, make) -> None:
    photo, exemplar = said_of(sketch, make())
    assert photo is not None
    assert exemplar is not None
    assert "lines of it lie far" in photo
    assert "it as an exemplar lies far" in exemplar
    assert "\n" not in photo + exemplar


@pytest.mark.parametrize("id", ["sitter-2", "sitter-5", "oil-1", "ink-1", "mosaic-2"])
def test_bundled_portraits_lie_near(sketch: Translator, id: str) -> None:
    assert said_of(sketch, bundled(id).draw(SIDE)) == (None, None)


def test_paintings_of_museums_lie_near(sketch: Translator) -> None:
    for one in list(paintings().values())[::3]:
        assert said_of(sketch, one.draw(SIDE)) == (None, None), one.id


def test_photographs_of_faces_lie_near(sketch: Translator, shared_data: Path) -> None:
    for path in sorted((shared_data / "celebahq-sample/CelebA-HQ-img").glob("*.jpg"))[::3]:
        assert said_of(sketch, read_rgb(path)) == (None, None), path.name


def test_translate_says_it_once_a_picture(sketch: Translator) -> None:
    said: list[str] = []
    # A handler of its own: how many others hang on the way up depends on the tests before.
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("matebit")
    logger.addHandler(listener)
    try:
        sketch.translate(bundled("sitter-1").draw(SIDE), bundled("oil-1").draw(SIDE))
        assert said == []
        sketch.translate(noise(), bundled("oil-1").draw(SIDE))
    finally:
        logger.removeHandler(listener)
    [sentence] = said
    assert sentence.startswith("the lines of the photo lie far from what this checkpoint was trained on")


def test_a_checkpoint_that_does_not_say_is_silent(tmp_path: Path) -> None:
    old = matebit.load(write_checkpoint(tmp_path / "old.safetensors", "xdog"))
    assert old.recorded.seen is None
    assert said_of(old, noise()) == (None, None)


def test_training_records_what_it_showed(trained: Experiment, tmp_path: Path) -> None:
    checkpoint = trained.layout.run("matebit", 1).checkpoint
    translator = matebit.load(checkpoint)
    seen = translator.recorded.seen
    assert seen is not None
    assert seen.side == trained.params.data.crop_size
    assert seen.conditions.limit > 0
    again = matebit.load(translator.save_pretrained(tmp_path / "saved"))
    assert again.recorded.as_extra() == translator.recorded.as_extra()
    assert "seen" in again.recorded.as_extra()


def test_shipping_an_older_checkpoint_records_it_beside_the_weights(
    trained: Experiment, tmp_path: Path
) -> None:
    run = trained.layout.run("matebit", 1)
    before = run.checkpoint.read_bytes()
    generator, extra = load_with_metadata(run.checkpoint)
    seen = extra.pop("seen")
    scores = run.metrics / "values.csv"
    write_table(scores, [{"metric": "mae", "value": 12.5}], VALUE_COLUMNS)
    try:
        save_generator(run.checkpoint, generator, generator.config, extra)
        weights, provenance = shipped.ship(trained.params, trained.layout, "matebit", 1, tmp_path)
        assert weights.read_bytes() == run.checkpoint.read_bytes()
    finally:
        run.checkpoint.write_bytes(before)
    assert read_json(provenance)["seen"] == seen
    found = matebit.load(weights).recorded.seen
    assert found is not None
    assert found.as_json() == seen
    _, told = shipped.ship(trained.params, trained.layout, "matebit", 1, tmp_path)
    assert "seen" not in read_json(told)
    scores.unlink()


def test_distances_are_in_units_of_the_spread() -> None:
    rng = np.random.default_rng(1)
    mean, spread = rng.normal(size=NUMBERS), rng.uniform(0.5, 2, NUMBERS)
    shown, held_out = (mean + spread * rng.normal(size=(count, NUMBERS)) for count in (4000, 200))
    near = Neighbourhood.of(shown, held_out)
    moved = np.stack([near.mean, near.mean + 3 * near.spread])
    np.testing.assert_allclose(near.distances(moved), [0, 3], atol=1e-9)
    assert 1 < near.limit < 1.4
    seen = Seen(64, near, near)
    assert Seen.of_json(seen.as_json(), "it").as_json() == seen.as_json()


@pytest.mark.parametrize(
    "spoiled",
    [
        {"features": "others"},
        {"side": "x"},
        {"conditions": {}},
        {"exemplars": {"mean": "1 2", "spread": "1 2", "limit": 1}},
        {"exemplars": {"mean": [1], "spread": [1], "limit": 1}},
    ],
)
def test_a_spoiled_record_is_said(spoiled: dict) -> None:
    near = Neighbourhood(np.zeros(NUMBERS), np.ones(NUMBERS), 1.0)
    with pytest.raises(MatebitError, match=r"what model says.*not of this version.*get the file anew"):
        Seen.of_json(Seen(64, near, near).as_json() | spoiled, "model")
