"""Parts are drawn in windows of the picture that hold them: the picture must be that of the whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matebit.drawn.drawing.dabs import strokes
from matebit.drawn.drawing.layers import Layers, window_of
from matebit.drawn.drawing.style import sample_style
from matebit.drawn.portraits.drawing import geometry, label_map, painted, render
from matebit.drawn.portraits.pose import frame
from matebit.drawn.portraits.shape import sample_shape


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 6)), max_size=6))
def test_the_window_of_a_mask_is_the_smallest_that_holds_it(points):
    mask = np.zeros((9, 7), bool)
    for row, column in points:
        mask[row, column] = True
    rows, columns = window_of(mask)
    assert mask[rows, columns].sum() == mask.sum()
    if points:
        down, right = np.array(points).T
        assert (rows.start, rows.stop - 1) == (down.min(), down.max())
        assert (columns.start, columns.stop - 1) == (right.min(), right.max())


@pytest.mark.parametrize("seed", range(12))
def test_windows_change_nothing(seed, monkeypatch):
    shape, style = sample_shape((21, seed)), sample_style((21, seed))
    in_windows = render(shape, style, 64)

    def whole(layers, f, near):
        return layers, f

    for part in ("face", "hair", "body", "accessories"):
        monkeypatch.setattr(f"matebit.drawn.portraits.{part}.close_up", whole)
    monkeypatch.setattr(
        "matebit.drawn.portraits.hair.window_of", lambda mask: (slice(0, len(mask)), slice(None))
    )
    at_once = render(shape, style, 64)
    assert np.array_equal(in_windows.labels, at_once.labels)
    assert np.array_equal(in_windows.surface, at_once.surface, equal_nan=True)
    assert np.array_equal(in_windows.image, at_once.image)


def test_coordinates_of_a_window_are_those_of_the_picture():
    shape, window = sample_shape((4,)), (slice(10, 40), slice(5, 33))
    f = frame(shape, 64)
    cut = frame(shape, 64).within(window)
    for name in ("x", "y", "body_x", "body_y", "width", "inside", "longitude", "face_x", "face_y"):
        assert np.array_equal(getattr(cut, name), getattr(f, name)[window]), name


def test_stamps_in_a_window_of_layers_are_stamps_on_the_picture():
    layers = Layers(6, 6)
    window = (slice(2, 5), slice(1, 4))
    mask = np.eye(3, dtype=bool)
    layers.within(window).stamp(mask, 7, np.ones((3, 3)), np.zeros((3, 3)))
    assert np.array_equal(np.argwhere(layers.label == 7), [[2, 1], [3, 2], [4, 3]])


def test_strokes_in_a_window_are_those_of_the_picture():
    rng = np.random.default_rng(3)
    colour, angle = rng.random((3, 96, 96), np.float32), rng.random((96, 96), np.float32)
    everywhere, bristles = strokes(colour, angle, 20, 5, (slice(96), slice(96)))
    rows, columns = window = (slice(17, 60), slice(30, 81))
    part, own = strokes(colour, angle, 20, 5, window)
    assert np.array_equal(part, everywhere[:, rows, columns])
    assert np.array_equal(own, bristles[window])


def test_one_part_of_a_portrait_alone_is_that_of_the_whole():
    shape, style = sample_shape((8,)), sample_style((8,))
    assert np.array_equal(painted(shape, style, 64), render(shape, style, 64).image)
    assert np.array_equal(label_map(shape, 64), geometry(shape, 64).labels)
