"""Known matches: the flow tells where the exemplar shows each place, for every form of condition."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matebit.config.data import ConditionsConfig, PairsConfig
from matebit.contracts.condition_kinds import CONDITIONS, channel_forms
from matebit.data.known_matches import CELL, KnownMap, draw_colours, draw_map, recoloured
from matebit.data.training_set import TrainingSet
from matebit.errors import MatebitError

SEEDS = st.integers(0, 2**31)
BENDS = st.sampled_from([0.0, 0.02, 0.04])


def shown_slowly(known: KnownMap, x: float, y: float) -> tuple[float, float]:
    """g of one place, number by number, from its definition."""
    dx, dy = x - 0.5, y - 0.5
    found = []
    for axis in range(2):
        bend = sum(
            a * math.sin(2 * math.pi * (fx * x + fy * y) + phase) for a, fx, fy, phase in known.waves[axis]
        )
        row = known.linear[axis]
        found.append(0.5 + row[0] * dx + row[1] * dy + known.shift[axis] + bend)
    return found[0], found[1]


@settings(max_examples=25, deadline=None, print_blob=True)
@given(seed=SEEDS, bend=BENDS)
def test_flow_leads_back_to_each_cell(seed: int, bend: float) -> None:
    known, size = draw_map(np.random.default_rng(seed), flip=True, bend=bend), 32
    flow = known.flow(size)
    assert flow.shape == (2, size // CELL, size // CELL)
    assert flow.dtype == np.float32
    for row in range(size // CELL):
        for column in range(size // CELL):
            x, y = flow[:, row, column]
            centre = (column + 0.5) * CELL / size, (row + 0.5) * CELL / size
            if not math.isnan(x):
                assert 0 <= x <= 1
                assert 0 <= y <= 1
                assert shown_slowly(known, float(x), float(y)) == pytest.approx(centre, abs=1e-5)


@settings(max_examples=10, deadline=None, print_blob=True)
@given(seed=SEEDS)
def test_what_the_flow_leaves_out_lies_outside(seed: int) -> None:
    known = draw_map(np.random.default_rng(seed), flip=True)
    hidden = np.isnan(known.flow(64)[0])
    back = np.linalg.inv(known.linear)
    for row, column in np.argwhere(hidden):
        place = np.array([(column + 0.5) * CELL / 64, (row + 0.5) * CELL / 64])
        x, y = back @ (place - 0.5 - known.shift) + 0.5
        assert not (0 < x < 1 and 0 < y < 1)


@settings(max_examples=25, deadline=None, print_blob=True)
@given(seed=SEEDS, bend=BENDS, row=st.integers(3, 12), column=st.integers(3, 12))
def test_a_marked_point_is_found_at_the_flows_place(seed: int, bend: float, row: int, column: int) -> None:
    """On a picture that is black but for one cell, the exemplar is bright where the flow says."""
    size, known = 64, draw_map(np.random.default_rng(seed), flip=True, bend=bend)
    picture = np.zeros((3, size, size), np.uint8)
    picture[:, row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = 255
    x, y = known.flow(size)[:, row, column]
    if math.isnan(x) or not (0.1 < x < 0.9 and 0.1 < y < 0.9):
        return  # not shown, or so near the border that its mirror image is shown too
    seen = known.exemplar(picture)[0].astype(float)
    rows, columns = np.mgrid[:size, :size] + 0.5
    near = np.hypot(columns - x * size, rows - y * size) < 8
    seen = seen * near
    assert seen.max() > 128
    assert (seen * columns).sum() / seen.sum() == pytest.approx(x * size, abs=1.0)
    assert (seen * rows).sum() / seen.sum() == pytest.approx(y * size, abs=1.0)


def test_a_pixel_of_the_exemplar_is_the_pictures_at_its_place() -> None:
    """Bilinear by hand, at places whose four neighbours lie inside."""
    rng = np.random.default_rng(3)
    known = draw_map(rng, flip=True, bend=0.03)
    picture = cv2.GaussianBlur(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8), (5, 5), 0).transpose(
        2, 0, 1
    )
    exemplar = known.exemplar(picture)
    checked = 0
    for row in range(24):
        for column in range(24):
            x, y = shown_slowly(known, (column + 0.5) / 24, (row + 0.5) / 24)
            x, y = x * 24 - 0.5, y * 24 - 0.5
            left, top = math.floor(x), math.floor(y)
            if not (0 <= left < 23 and 0 <= top < 23):
                continue
            right, down = x - left, y - top
            for channel in range(3):
                four = picture[channel, top : top + 2, left : left + 2].astype(float)
                value = (four[0, 0] * (1 - right) + four[0, 1] * right) * (1 - down) + (
                    four[1, 0] * (1 - right) + four[1, 1] * right
                ) * down
                # the library's weights are multiples of 1/32
                assert abs(value - exemplar[channel, row, column]) < 6
            checked += 1
    assert checked > 200


def test_one_hot_stays_one_hot_and_far_stays_far() -> None:
    rng = np.random.default_rng(5)
    known = draw_map(rng, flip=False)
    labels = cv2.resize(rng.integers(0, 4, (8, 8), dtype=np.uint8), (32, 32), interpolation=cv2.INTER_NEAREST)
    one_hot = ((labels == np.arange(4)[:, None, None]) * 255).astype(np.uint8)
    moved = known.condition(one_hot, ("one_hot",))
    assert set(np.unique(moved)) <= {0, 255}
    np.testing.assert_array_equal(moved.astype(int).sum(axis=0), 255)
    far = np.full((1, 32, 32), 255, np.uint8)
    np.testing.assert_array_equal(known.condition(far, ("distance",)), far)


@pytest.mark.parametrize("scale", [0.75, 1.35])
def test_distances_grow_with_the_picture(scale: float) -> None:
    """A distance map that is moved is the distance map of the moved line."""
    known = KnownMap(np.eye(2) / scale, np.zeros(2), scale, np.zeros((2, 2, 4)))
    line = np.zeros((64, 64), np.uint8)
    line[:, 32] = 1

    def distance(drawn: np.ndarray) -> np.ndarray:
        return np.minimum(cv2.distanceTransform(1 - drawn, cv2.DIST_L2, 5) * 8, 254).astype(np.uint8)

    moved_line = np.zeros_like(line)
    moved_line[:, 32] = 1  # its middle is the map's, up to half a pixel
    moved = known.condition(distance(line)[None], ("distance",))[0]
    near = distance(moved_line) < 180  # saturated values do not grow
    assert np.abs(moved.astype(int) - distance(moved_line))[near].max() <= 8  # one pixel


def test_every_kind_says_what_its_channels_are() -> None:
    for name, kind in CONDITIONS.items():
        forms = channel_forms(ConditionsConfig(kind=name))
        assert set(forms) <= {"one_hot", "lines", "distance"}
        assert len(forms) == 1 or set((kind.channels or {}).values()) == {len(forms)}


def test_a_kind_that_cannot_be_moved_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CONDITIONS, "canny", replace(CONDITIONS["canny"], forms=None))
    with pytest.raises(MatebitError, match=r"pairs\.known_matches .* conditions\.kind: canny"):
        channel_forms(ConditionsConfig(kind="canny"))


@pytest.mark.parametrize("share", [-0.1, 1.5])
def test_share_outside_its_range(share: float) -> None:
    with pytest.raises(ValueError, match="known_matches"):
        PairsConfig(known_matches=share)


@settings(max_examples=30, deadline=None, print_blob=True)
@given(seed=SEEDS, amount=st.floats(0, 1), grey=st.integers(0, 255))
def test_grey_stays_grey_in_other_colours(seed: int, amount: float, grey: int) -> None:
    colours = draw_colours(np.random.default_rng(seed), amount)
    plane = np.full((3, 2, 2), grey, np.uint8)
    np.testing.assert_array_equal(recoloured(plane, colours), plane)
    if amount == 0:
        np.testing.assert_allclose(colours, np.eye(3), atol=1e-12)


def examples_with(portraits, **rules) -> TrainingSet:
    """The training set of the bundled portraits under changed rules of pairing."""
    params, layout = portraits
    return TrainingSet(replace(params, pairs=params.pairs.model_copy(update=rules)), layout, 1)


def test_training_examples_with_known_matches(portraits) -> None:
    """A share of them, each its own picture under its flow; the rest and their draws are as without."""
    plain = examples_with(portraits)
    examples = examples_with(portraits, known_matches=0.5, known_bend=0.02)
    known = [k for k in range(60) if not np.isnan(examples[k].flow).all()]
    assert 15 < len(known) < 45
    for k in range(60):
        mine, without = examples[k], plain[k]
        np.testing.assert_array_equal(mine.truth, without.truth)
        assert without.flow is None
        if k in known:
            assert mine.self_ref
            assert mine.exemplar_item == mine.item
            assert mine.exemplar.shape == mine.truth.shape
            assert mine.exemplar_condition.shape == mine.condition.shape
        else:
            np.testing.assert_array_equal(mine.exemplar, without.exemplar)
    again = examples_with(portraits, known_matches=0.5, known_bend=0.02)
    for k in reversed(known[:3]):
        np.testing.assert_array_equal(again[k].exemplar, examples[k].exemplar)
        np.testing.assert_array_equal(again[k].flow, examples[k].flow)
    batch = next(iter(examples.batches(0, 8, 8)))
    assert batch.flow.shape == (
        8,
        2,
        examples[0].truth.shape[-1] // CELL,
        examples[0].truth.shape[-1] // CELL,
    )


def test_other_colours_for_truth_and_exemplar_alike(portraits) -> None:
    """Both under the matrix of their number alone; brightness (the mean of R, G, B) stays."""
    ours = examples_with(portraits, colour_jitter=0.8, known_matches=1.0)
    theirs = examples_with(portraits, known_matches=1.0)
    for k in range(4):
        assert not np.array_equal(ours[k].truth, theirs[k].truth)
        for name in ("truth", "exemplar"):
            one, other = (getattr(examples[k], name).astype(int).sum(axis=0) for examples in (ours, theirs))
            assert np.median(np.abs(one - other)) <= 3
