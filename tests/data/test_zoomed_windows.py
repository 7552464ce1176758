"""Windows of many sizes: cut and resized with their lines drawn anew, functions of (seed, k) alone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from small_sets import run_all, sections

from matebit.config.data import ConditionsConfig
from matebit.config.schema import Params
from matebit.data.conditions.inputs import Structure
from matebit.data.conditions.registry import load_extractor
from matebit.data.conditions.varied import varied
from matebit.data.sampling import Window, draw_zoomed
from matebit.data.training_set import TrainingSet
from matebit.pipeline.layout import Layout


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """A few bundled portraits and their XDoG lines; not to be changed."""
    few = {"train": 8, "test": 4, "styles_train": 2, "styles_test": 1}
    params = sections({"portraits": few, "load_size": 64, "crop_size": 32}, {"method": "style"}, "xdog")
    layout = Layout("lines", tmp_path_factory.mktemp("lines"))
    run_all(params, layout)
    return params, layout


def examples(lines, zoom: float = 1.0, vary: float = 0.0, **rules) -> TrainingSet:
    params, layout = lines
    changed = replace(
        params,
        data=params.data.model_copy(update={"zoom": zoom}),
        conditions=params.conditions.model_copy(update={"vary": vary}),
        pairs=params.pairs.model_copy(update=rules),
    )
    return TrainingSet(changed, layout, 1)


@settings(max_examples=50, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**31), full=st.integers(16, 300), zoom=st.floats(1, 4))
def test_a_window_lies_inside_and_shows_its_share(seed: int, full: int, zoom: float) -> None:
    window = draw_zoomed(np.random.default_rng(seed), full, zoom, flip=True)
    assert round(full / zoom) - 1 <= window.size <= full
    assert 0 <= window.top <= full - window.size
    assert 0 <= window.left <= full - window.size


def test_a_window_at_half_its_size_is_the_mean_of_four_pixels() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (3, 40, 40), dtype=np.uint8)
    window = Window(top=3, left=5, size=32, flip=True)
    expected = window.cut(pixels).reshape(3, 16, 2, 16, 2).mean(axis=(2, 4))
    assert np.abs(window.picture(pixels, 16) - expected).max() <= 0.5
    np.testing.assert_array_equal(window.picture(pixels, 32), window.cut(pixels))


def test_lines_are_those_of_the_window_as_it_is_seen(lines) -> None:
    """Without variation the condition is what the stage `conditions` makes of the picture that is shown."""
    extract, config = load_extractor(ConditionsConfig(kind="xdog")), ConditionsConfig(kind="xdog")
    zoomed = examples(lines, zoom=2.0)
    for k in range(6):
        sample = zoomed[k]
        assert sample.truth.shape == (3, 32, 32)
        for picture, condition in (
            (sample.truth, sample.condition),
            (sample.exemplar, sample.exemplar_condition),
        ):
            seen = Structure("it", np.ascontiguousarray(picture.transpose(1, 2, 0)))
            np.testing.assert_array_equal(condition, extract(seen, config))


def test_windows_show_things_at_many_sizes(lines) -> None:
    """A whole picture, resized, is as often nearly shown as half of one: the draws fill the range."""
    zoomed, sizes = examples(lines, zoom=2.0), []
    rng = np.random.default_rng(0)
    sizes = [draw_zoomed(rng, 64, 2.0, flip=False).size for _ in range(300)]
    assert min(sizes) <= 33
    assert max(sizes) >= 63
    truths = {zoomed[k].truth.tobytes() for k in range(0, 32, 8)}
    assert len(truths) == 4  # the same image in four epochs


def test_examples_depend_on_seed_and_number_alone(lines) -> None:
    first, second = (examples(lines, zoom=2.0, vary=1.0, known_matches=0.5) for _ in range(2))
    for k in (9, 2, 5):
        one, other = first[k], second[k]
        for name in ("truth", "condition", "exemplar", "exemplar_condition", "flow"):
            np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert not np.array_equal(first[9].condition, examples(lines, zoom=2.0, known_matches=0.5)[9].condition)


@settings(max_examples=30, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**31), vary=st.floats(0, 1))
def test_variation_stays_in_its_range(seed: int, vary: float) -> None:
    plain = ConditionsConfig(kind="xdog", vary=vary)
    other = varied(plain, np.random.default_rng(seed))
    ConditionsConfig.model_validate(other.model_dump())
    assert 0.5 - 1e-9 <= other.xdog.sigma / plain.xdog.sigma <= 2 + 1e-9
    if vary == 0:
        assert other == plain


def test_wider_lines_are_wider() -> None:
    picture = np.full((64, 64, 3), 200, np.uint8)
    cv2.circle(picture, (32, 32), 18, (60, 60, 60), -1)
    extract, drawn = load_extractor(ConditionsConfig(kind="xdog")), []
    for sigma in (0.5, 1.6):
        config = ConditionsConfig.model_validate({"kind": "xdog", "xdog": {"sigma": sigma}})
        drawn.append(int((extract(Structure("it", picture), config)[0] > 128).sum()))
    assert drawn[0] < drawn[1]


@pytest.mark.parametrize("changes", [{"data": {"zoom": 2.0}}, {"conditions": {"vary": 0.5}}])
def test_kinds_whose_lines_cannot_be_drawn_anew_are_refused(changes) -> None:
    with pytest.raises(ValidationError, match="choose canny or xdog"):
        Params.model_validate({"name": "a", **changes})
