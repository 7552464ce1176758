from collections import Counter

import pytest

from matebit.config.sources import PortraitsConfig
from matebit.drawn.drawing.palettes import FAMILIES
from matebit.drawn.drawing.style import MEDIA
from matebit.drawn.drawing.texture import PATTERNS
from matebit.drawn.portraits.sets import portrait_set

SMALL = PortraitsConfig(train=90, test=30, styles_train=20, styles_test=7)


@pytest.mark.parametrize("config", [SMALL, PortraitsConfig()])
def test_every_style_is_worn_by_four(config):
    specs = portrait_set(config, 0)
    assert len(specs) == config.train + config.test
    for split in ("train", "test"):
        worn = Counter(s.style_name for s in specs if s.split == split)
        assert len(worn) == getattr(config, f"styles_{split}")
        assert min(worn.values()) >= 4
        for name in worn:  # a name is one style
            assert len({s.style for s in specs if s.split == split and s.style_name == name}) == 1


def test_splits_share_neither_styles_nor_shapes():
    specs = portrait_set(PortraitsConfig(), 3)
    train, test = ([s for s in specs if s.split == k] for k in ("train", "test"))
    assert not {s.style_name for s in train} & {s.style_name for s in test}
    assert not {s.style.colours for s in train} & {s.style.colours for s in test}
    assert len({s.shape for s in specs}) == len(specs)


def test_training_sees_every_medium_palette_and_pattern():
    specs = [s for s in portrait_set(PortraitsConfig(), 0) if s.split == "train"]
    assert {s.style.medium for s in specs} == set(MEDIA)
    assert {"oil", "ink", "cartoon", "woodblock", "photograph"} <= set(MEDIA)
    assert {s.style.palette for s in specs} == set(FAMILIES)
    assert {s.style.pattern for s in specs} == set(PATTERNS)


def test_test_split_holds_every_medium():
    specs = [s for s in portrait_set(PortraitsConfig(), 0) if s.split == "test"]
    assert {s.style.medium for s in specs} == set(MEDIA)


def test_same_seed_same_set_other_seed_other_set():
    assert portrait_set(SMALL, 5) == portrait_set(SMALL, 5)
    assert portrait_set(SMALL, 5)[0] != portrait_set(SMALL, 6)[0]


def test_ids_sort_in_drawing_order():
    ids = [s.id for s in portrait_set(SMALL, 0) if s.split == "train"]
    assert ids == sorted(ids)
    assert ids[7] == "train-0007"


def test_the_largest_set_of_styles_can_be_made():
    config = PortraitsConfig(train=1920, test=384, styles_train=480, styles_test=96)
    specs = portrait_set(config, 0)
    assert len({s.style_name for s in specs}) == 576
