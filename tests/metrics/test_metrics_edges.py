"""Edge F1 on lines drawn by hand."""

from __future__ import annotations

import numpy as np
import pytest
from arrays_inputs import ArrayInputs, feed

from matebit.data.conditions.edges import extract_edges
from matebit.metrics.structure import EdgeF1, edge_agreement


def _line(column, side=20, rows=20):
    edges = np.zeros((side, side), dtype=bool)
    edges[:rows, column] = True
    return edges


@pytest.mark.parametrize(("shift", "expected"), [(0, 1.0), (2, 1.0), (3, 0.0)])
def test_a_line_within_the_tolerance(shift, expected):
    assert edge_agreement(_line(5 + shift), _line(5), 2.0)[2] == expected


def test_precision_and_recall_by_hand():
    # Half of the asked line is found, and a far line that nobody asked for.
    found = _line(5, rows=10) | _line(15, rows=10)
    precision, recall, f1 = edge_agreement(found, _line(5), 0.0)
    assert (precision, recall) == (0.5, 0.5)
    assert f1 == pytest.approx(0.5)
    assert edge_agreement(found, _line(5), 2.0)[1] == pytest.approx(12 / 20)


def test_empty_maps():
    nothing = np.zeros((20, 20), dtype=bool)
    assert edge_agreement(nothing, nothing, 2.0)[2] == 1
    assert edge_agreement(nothing, _line(3), 2.0)[2] == 0


def test_the_true_image_agrees_best():
    random = np.random.default_rng(0)
    image = np.full((32, 32, 3), 60, dtype=np.uint8)
    image[8:24, 10:22] = 200
    asked = extract_edges(image)
    noise = random.integers(0, 256, image.shape, dtype=np.uint8)
    moved = np.roll(image, 6, axis=1)
    values = [
        feed(EdgeF1(2.0, extract_edges), ArrayInputs({"a": shown}, edge_maps={"a": asked}), "a")["edge_f1"]
        for shown in (image, moved, noise)
    ]
    assert values[0] == 1
    assert max(values[1:]) < 0.8
