from collections import Counter

import pytest

from matebit.config.sources import FiguresConfig
from matebit.drawn.drawing.style import MEDIA
from matebit.drawn.figures.cut import OUTFITS
from matebit.drawn.figures.pose import ATTITUDES
from matebit.drawn.figures.sets import figure_set

SMALL = FiguresConfig(train=90, test=30, people_train=20, people_test=7)


@pytest.mark.parametrize("config", [SMALL, FiguresConfig()])
def test_every_style_is_worn_in_four_poses_by_one_person(config):
    specs = figure_set(config, 0)
    assert len(specs) == config.train + config.test
    for split in ("train", "test"):
        own = [s for s in specs if s.split == split]
        worn = Counter(s.style_name for s in own)
        assert len(worn) == getattr(config, f"people_{split}")
        assert min(worn.values()) >= 4
        for name in worn:
            same = [s for s in own if s.style_name == name]
            assert len({(s.person, s.style, s.cut, s.stance.build) for s in same}) == 1
            assert len({s.stance.pose for s in same}) == len(same)


def test_splits_share_neither_people_nor_styles():
    specs = figure_set(FiguresConfig(), 3)
    train, test = ([s for s in specs if s.split == k] for k in ("train", "test"))
    assert not {s.person for s in train} & {s.person for s in test}
    assert not {s.style for s in train} & {s.style for s in test}
    assert not {s.stance.build for s in train} & {s.stance.build for s in test}


def test_training_sees_every_medium_outfit_and_attitude():
    specs = [s for s in figure_set(FiguresConfig(), 0) if s.split == "train"]
    assert {s.style.medium for s in specs} == set(MEDIA)
    assert {s.cut.outfit for s in specs} == set(OUTFITS)
    assert {s.stance.pose.attitude for s in specs} == set(ATTITUDES)


def test_same_seed_same_set_other_seed_other_set():
    assert figure_set(SMALL, 5) == figure_set(SMALL, 5)
    assert figure_set(SMALL, 5)[0] != figure_set(SMALL, 6)[0]


def test_ids_sort_in_drawing_order():
    ids = [s.id for s in figure_set(SMALL, 0) if s.split == "train"]
    assert ids == sorted(ids)
    assert ids[7] == "train-0007"
