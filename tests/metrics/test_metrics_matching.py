"""PCK, end-point error, equal position and confidence on cases counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from arrays_inputs import ArrayInputs, feed
from hypothesis import given, settings
from hypothesis import strategies as st

from matebit.contracts.translated import Matches
from matebit.metrics.confidence import ConfidenceCalibration, area_interval, area_under_roc
from matebit.metrics.pck import MatchingAccuracy, cell_centres


def _case(offsets, grid=4):
    """One image per offset: the first block is wrong by twice the offset in x, the last by once."""
    true = cell_centres(grid, grid)
    valid = np.zeros((grid, grid), dtype=bool)
    valid[:2] = True
    inputs = ArrayInputs()
    for place, offset in enumerate(offsets):
        shift = np.zeros((2, grid, grid))
        shift[0] = offset
        found = np.stack([true.transpose(2, 0, 1) + 2 * shift, true.transpose(2, 0, 1) + shift])
        # What lies outside the valid cells must not count.
        found[:, :, 2:] = 9.0
        inputs.found[str(place)] = Matches(found, found, np.zeros((2, grid, grid)))
        inputs.true[str(place)] = (true, valid)
    return inputs, sorted(inputs.found)


def test_pck_and_end_point_error_by_hand():
    inputs, names = _case([0.0, 0.06, 0.2])
    values = feed(MatchingAccuracy([0.05, 0.1]), inputs, names)
    assert values["pck@0.05"] == pytest.approx(1 / 3)
    assert values["pck@0.1"] == pytest.approx(2 / 3)
    assert values["epe"] == pytest.approx(0.26 / 3)
    assert values["pck@0.1/argmax/block1"] == pytest.approx(1 / 3)
    assert values["pck@0.1/soft/block2"] == values["pck@0.1"]
    assert values["epe/argmax/block1"] == pytest.approx(0.52 / 3)
    # The true match of every cell is its own place here.
    assert values["pck@0.05/equal_position"] == 1
    assert values["epe/equal_position"] == 0


def test_an_image_without_true_matches_does_not_count():
    inputs, names = _case([0.0, 0.0])
    inputs.true["1"] = (inputs.true["1"][0], np.zeros((4, 4), dtype=bool))
    metric = MatchingAccuracy([0.1])
    feed(metric, inputs, names)
    assert {value.metric: value.n for value in metric.values()}["pck@0.1"] == 1


def test_cell_centres():
    np.testing.assert_allclose(cell_centres(2, 4)[1, 3], (0.875, 0.75))


def test_true_matches_beat_random_ones():
    random = np.random.default_rng(0)
    true, valid = random.random((8, 8, 2)), np.ones((8, 8), dtype=bool)
    inputs = ArrayInputs(true={"true": (true, valid), "random": (true, valid)})
    for name, found in (("true", true), ("random", random.random((8, 8, 2)))):
        stacked = found.transpose(2, 0, 1)[None]
        inputs.found[name] = Matches(stacked, stacked, np.zeros((1, 8, 8)))
    right = feed(MatchingAccuracy([0.1]), inputs, ["true"])
    wrong = feed(MatchingAccuracy([0.1]), inputs, ["random"])
    assert right["pck@0.1"] == 1
    assert wrong["pck@0.1"] < 0.2


def _slow_area(scores, positive):
    pairs = [(a > b) + 0.5 * (a == b) for a in scores[positive] for b in scores[~positive]]
    return np.mean(pairs)


@settings(max_examples=30, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_area_under_roc_counts_pairs(seed):
    random = np.random.default_rng(seed)
    scores = random.integers(0, 5, 30) / 4  # many ties
    positive = random.random(30) < 0.3
    positive[:2] = True, False
    assert area_under_roc(scores, positive) == pytest.approx(_slow_area(scores, positive))


def test_area_under_roc_of_many_single_precision_scores_is_that_of_double():
    random = np.random.default_rng(3)
    scores, positive = random.random(9000, dtype=np.float32), random.random(9000) < 0.3
    assert area_under_roc(scores, positive) == area_under_roc(scores.astype(np.float64), positive)


@settings(max_examples=30, deadline=None, print_blob=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_a_weight_is_how_often_a_cell_counts(seed):
    random = np.random.default_rng(seed)
    scores, positive = random.integers(0, 5, 30) / 4, random.random(30) < 0.4
    counts = random.integers(0, 4, 30)
    repeated = area_under_roc(np.repeat(scores, counts), np.repeat(positive, counts))
    assert area_under_roc(scores, positive, counts) == pytest.approx(repeated, nan_ok=True)


def test_the_interval_of_an_area_is_of_images():
    random = np.random.default_rng(5)
    images = []
    for _ in range(12):
        flags = random.random(30) < 0.4
        images.append((flags * random.random() + random.normal(size=30), flags))
    low, high = area_interval(images)
    assert low < area_under_roc(*(np.concatenate(part) for part in zip(*images, strict=True))) < high
    more_cells = [(np.repeat(scores, 9), np.repeat(flags, 9)) for scores, flags in images]
    assert area_interval(more_cells) == pytest.approx((low, high)), "cells of an image tell nothing new"
    narrow_low, narrow_high = area_interval(images * 9)
    assert (narrow_high - narrow_low) * 3 == pytest.approx(high - low, rel=0.15)


def test_confidence_controls():
    random = np.random.default_rng(1)
    valid = random.random((8, 8)) < 0.6
    inputs = ArrayInputs()
    for name in "abc":
        maps = np.stack([random.random((8, 8)), valid.astype(float)])
        inputs.found[name] = Matches(np.zeros((2, 2, 8, 8)), np.zeros((2, 2, 8, 8)), 1 - maps)
        inputs.true[name] = (np.zeros((8, 8, 2)), valid)
    values = feed(ConfidenceCalibration(), inputs, "abc")
    assert values["confidence"] == values["confidence/block2"] == 1
    assert 0.3 < values["confidence/block1"] < 0.7
    assert values == feed(ConfidenceCalibration(), inputs, "cab", size=2)
    assert values["confidence/low"] == values["confidence/high"] == 1
    assert np.isnan(area_under_roc(np.ones(3), np.ones(3, dtype=bool)))
