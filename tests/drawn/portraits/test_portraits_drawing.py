import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matebit.drawn.drawing.style import BACKGROUNDS, MEDIA, sample_style
from matebit.drawn.portraits.drawing import geometry, render
from matebit.drawn.portraits.labels import Label, Part
from matebit.drawn.portraits.shape import sample_shape
from matebit.errors import MatebitError

seeds = st.integers(0, 2**31)


def straight(seed: int):
    """A sitter who looks at us, small enough to be wholly in the picture, with a bare face."""
    shape = sample_shape((seed,))
    return dataclasses.replace(
        shape, cx=0.5, cy=0.5, yaw=0.0, roll=0.0, pitch=0.0, glasses="none", hat="none",
        hair=dataclasses.replace(shape.hair, kind="bald", fall="close", buns=0, tails=0),
    )  # fmt: skip


@pytest.mark.parametrize("medium", MEDIA)
def test_same_seed_same_bytes_in_any_order(medium):
    jobs = [(sample_shape((3, i)), sample_style((3, i), medium=medium)) for i in range(3)]
    forward = [render(*job, 64).image for job in jobs]
    backward = [render(*job, 64).image for job in reversed(jobs)][::-1]
    for a, b in zip(forward, backward, strict=True):
        assert np.array_equal(a, b)
    assert not np.array_equal(forward[0], forward[1])


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_every_background_is_painted(background):
    style = dataclasses.replace(sample_style((5,), medium="cartoon"), background=background)
    image = render(sample_shape((5,)), style, 64).image
    assert image.std() > 5


@pytest.mark.parametrize("size", [64, 97, 130, 256])
@pytest.mark.parametrize("medium", MEDIA)
def test_any_size(size, medium):
    shape, style = sample_shape((1, size)), sample_style((1, size), medium=medium)
    p = render(shape, style, size)
    assert p.image.shape == (size, size, 3)
    assert p.image.dtype == np.uint8
    assert p.labels.shape == (size, size)
    assert p.labels.dtype == np.uint8
    assert p.landmarks.shape == (68, 2)
    assert p.landmarks.dtype == np.float32
    assert p.surface.shape == (size, size, 3)
    assert p.surface.dtype == np.float32
    g = geometry(shape, size)
    assert np.array_equal(p.labels, g.labels)
    assert np.array_equal(p.landmarks, g.landmarks)
    assert np.array_equal(p.surface, g.surface, equal_nan=True)


@pytest.mark.parametrize("size", [0, 31, 1025])
def test_other_sizes_are_refused(size):
    with pytest.raises(MatebitError, match="32 to 1024"):
        geometry(sample_shape((0,)), size)


def test_a_style_looks_alike_at_two_sizes():
    for medium in MEDIA:
        shape, style = sample_shape((4,)), sample_style((4,), medium=medium)
        small, large = (render(shape, style, s).image.astype(float) for s in (64, 128))
        halved = large.reshape(64, 2, 64, 2, 3).mean((1, 3))
        assert np.abs(halved - small).mean() < 20, medium


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_every_sitter_is_whole(seed):
    shape = sample_shape((seed,))
    g = geometry(shape, 128)
    seen = set(np.unique(g.labels))
    assert {Label.SKIN, Label.NOSE, Label.CLOTH} <= seen
    assert {Label.U_LIP, Label.L_LIP} & seen
    assert shape.glasses == "tinted" or {Label.L_EYE, Label.R_EYE} & seen
    assert Label.HAIR in seen or shape.hair.kind == "bald"
    assert max(seen) <= 18
    assert np.isfinite(g.landmarks).all()
    bare = np.isnan(g.surface).any(-1)
    assert np.array_equal(bare, g.labels == Label.BACKGROUND)
    part = np.where(bare, 0, np.nan_to_num(g.surface[..., 0]))
    same = part == g.labels
    assert np.isin(part[~same], [int(p) for p in Part]).all()


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_bare_straight_faces_show_every_feature(seed):
    g = geometry(straight(seed), 96)
    wanted = {Label.SKIN, Label.NOSE, Label.L_EYE, Label.R_EYE, Label.L_BROW, Label.R_BROW,
              Label.U_LIP, Label.L_LIP, Label.NECK, Label.CLOTH}  # fmt: skip
    assert wanted <= set(np.unique(g.labels))


@settings(max_examples=10, deadline=None)
@given(seed=seeds, style_seed=seeds)
def test_every_style_paints_every_sitter(seed, style_seed):
    p = render(sample_shape((seed,)), sample_style((style_seed,)), 64)
    assert 8 < p.image.mean() < 250
    assert p.image.std() > 3


def _labels_near(g, points, radius=1.5):
    side = g.labels.shape[0]
    y, x = np.mgrid[:side, :side] + 0.5
    return set(g.labels[(np.hypot(x[..., None] - points[:, 0], y[..., None] - points[:, 1])
                         <= radius).any(-1)].tolist())  # fmt: skip


@pytest.mark.parametrize("seed", range(8))
def test_landmarks_lie_on_their_parts(seed):
    g = geometry(straight(seed), 256)
    parts = {
        Label.R_BROW: slice(17, 22), Label.L_BROW: slice(22, 27), Label.NOSE: slice(27, 36),
        Label.R_EYE: slice(36, 42), Label.L_EYE: slice(42, 48),
    }  # fmt: skip
    for label, which in parts.items():
        for point in g.landmarks[which]:
            assert label in _labels_near(g, point[None], 2.5), (label, point)
    for point in g.landmarks[48:]:
        assert {Label.U_LIP, Label.L_LIP, Label.MOUTH} & _labels_near(g, point[None], 2.5)
    for point in g.landmarks[3:14]:
        near = _labels_near(g, point[None], 3.0)
        assert Label.SKIN in near or Label.HAIR in near
        assert near - {Label.SKIN}, "the jaw line is a border"


def test_landmarks_follow_a_turned_head():
    shape = dataclasses.replace(straight(1), yaw=0.5, roll=0.25, pitch=0.1)
    g = geometry(shape, 256)
    eye = g.landmarks[36:42].mean(0)
    assert Label.R_EYE in _labels_near(g, eye[None], 1)
    assert Label.NOSE in _labels_near(g, g.landmarks[30][None], 1)


def test_left_is_the_sitters_left_and_lies_right_in_the_picture():
    g = geometry(straight(2), 128)
    x = np.arange(128)[None, :] * np.ones((128, 1))
    for left, right in ((Label.L_EYE, Label.R_EYE), (Label.L_BROW, Label.R_BROW)):
        assert x[g.labels == left].mean() > x[g.labels == right].mean()
    assert g.landmarks[45, 0] > g.landmarks[36, 0]


@pytest.mark.parametrize("medium", MEDIA)
def test_colours_come_from_the_style_and_form_from_the_shape(medium):
    a, b = sample_shape((11,)), sample_shape((12,))
    one = sample_style((13,), medium=medium, palette="ocean")
    two = sample_style((14,), medium=medium, palette="sunset")

    def skin(shape, style):
        p = render(shape, style, 64)
        return p.image[p.labels == Label.CLOTH].mean(0)

    same_style = np.abs(skin(a, one) - skin(b, one)).mean()
    same_shape = np.abs(skin(a, one) - skin(a, two)).mean()
    assert same_style < 0.5 * same_shape


def test_unknown_style_is_named():
    with pytest.raises(MatebitError, match="crayon"):
        sample_style((0,), medium="crayon")
