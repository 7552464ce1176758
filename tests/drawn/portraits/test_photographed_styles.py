"""Grounds and light as photographs have them: options that change nothing where they are off."""

import numpy as np
import pytest

from matebit.config.sources import PortraitsConfig
from matebit.drawn.drawing.background import background
from matebit.drawn.drawing.style import SCENES, as_photographed, sample_style
from matebit.drawn.portraits.drawing import painted
from matebit.drawn.portraits.sets import portrait_set
from matebit.drawn.portraits.shape import sample_shape

FEW = {"train": 80, "test": 4, "styles_train": 20, "styles_test": 1}


def test_without_them_the_set_is_as_it_was():
    plain = portrait_set(PortraitsConfig(**FEW), 3)
    assert all(spec.style.background not in SCENES and abs(spec.style.light) <= 1 for spec in plain)


def test_scenes_and_side_light_are_drawn_apart():
    sets = {
        (a, b): portrait_set(PortraitsConfig(**FEW, scenes=a, side_light=b), 3)
        for a in (0.0, 1.0)
        for b in (0.0, 1.0)
    }
    for i in range(len(sets[0, 0])):
        plain, scene, lit, both = (sets[key][i].style for key in ((0, 0), (1, 0), (0, 1), (1, 1)))
        assert scene.background in SCENES
        assert both.background == scene.background
        assert lit.light == both.light
        assert abs(lit.light) >= 1.5
        assert np.sign(lit.light) == np.sign(plain.light)
        assert plain.colours == both.colours
        assert plain.name == both.name


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_the_same_every_time_and_alike_at_two_sizes(scene):
    style = as_photographed(sample_style((2,)), (2,), 0, 0)
    style = type(style)(**{**vars(style), "background": scene})
    small, large = background(style, 64), background(style, 128)
    assert np.array_equal(small, background(style, 64))
    assert small.shape == (3, 64, 64)
    assert small.min() >= 0
    assert small.max() <= 1
    assert small.std() > 0.02
    halved = large.reshape(3, 64, 2, 64, 2).mean((2, 4))
    assert np.abs(halved - small).mean() < 0.06


def test_light_from_one_side_leaves_the_other_in_shade():
    shape = sample_shape((9,))
    style = sample_style((9,), medium="photograph")
    lit = as_photographed(style, (9,), 0, 1)
    flat, sided = (painted(shape, s, 64).astype(float).mean(-1) for s in (style, lit))
    assert sided.mean() < flat.mean()
