import numpy as np
import pytest
from stances import figure_of

from matebit.config.data import DataConfig
from matebit.data.sources.base import Item
from matebit.drawn.figure_source import FigureSource
from matebit.drawn.figures.drawing import geometry, render
from matebit.drawn.figures.surfaces import NEAR
from matebit.drawn.source import true_matches

FEW = {"train": 8, "test": 4, "people_train": 2, "people_test": 1}


def source(clothes_of: str) -> FigureSource:
    return FigureSource(
        DataConfig(source="figures", load_size=64, crop_size=64, figures={**FEW, "clothes_of": clothes_of}), 1
    )


def by_id(from_source: FigureSource) -> dict[str, Item]:
    return {item.id: item for item in from_source.items()}


@pytest.mark.parametrize("clothes_of", ["exemplar", "condition"])
def test_the_answer_for_the_same_person_is_the_own_picture(clothes_of):
    figures = source(clothes_of)
    items = by_id(figures)
    a, b = (id for id in list(items)[:2] if id.startswith("test"))
    assert items[a].group == items[b].group != ""
    assert np.array_equal(figures.truth.answer(a, b, 64), figures.image(items[a], 64))


def test_clothes_are_those_of_whom_the_params_say():
    answers, others = {}, None
    for clothes_of in ("exemplar", "condition"):
        figures = source(clothes_of)
        items = by_id(figures)
        a = "train-0000"
        b = next(id for id, item in items.items() if item.split == "train" and item.group != items[a].group)
        answers[clothes_of] = figures.truth.answer(a, b, 64)
        one, other = figures._specs[a], figures._specs[b]
        others = {
            "exemplar": render(one.stance, other.cut, other.style, 64).image,
            "condition": render(one.stance, one.cut, other.style, 64).image,
        }
    assert np.array_equal(answers["exemplar"], others["exemplar"])
    assert np.array_equal(answers["condition"], others["condition"])
    assert not np.array_equal(answers["exemplar"], answers["condition"])


def slow_matches(surface_a, surface_b, grid):
    side_a, side_b = surface_a.shape[0], surface_b.shape[0]
    places = [(y, x) for y in range(side_b) for x in range(side_b) if not np.isnan(surface_b[y, x, 0])]
    matches, valid = np.zeros((grid, grid, 2), np.float32), np.zeros((grid, grid), bool)
    for i in range(grid):
        for j in range(grid):
            part, u, v = surface_a[int((i + 0.5) / grid * side_a), int((j + 0.5) / grid * side_a)].astype(
                float
            )
            best = np.inf
            for y, x in places:
                other, s, t = surface_b[y, x].astype(float)
                far = np.sqrt((s - u) ** 2 + (t - v) ** 2)
                if other == part and far <= NEAR and far < best:
                    best, valid[i, j] = far, True
                    matches[i, j] = (x + 0.5) / side_b, (y + 0.5) / side_b
    return matches, valid


def test_true_matches_equal_a_slow_restatement():
    figures = source("exemplar")
    a, b = "train-0000", "train-0003"
    figures.truth._surface_size = 48
    matches, valid = figures.truth.matches(a, b, 12)
    one, other = figures._specs[a], figures._specs[b]
    asked = geometry(one.stance, other.cut, 48).surface
    shown = geometry(other.stance, other.cut, 48).surface
    slow, slow_valid = slow_matches(asked, shown, 12)
    assert np.array_equal(valid, slow_valid)
    assert np.array_equal(matches, slow)
    assert valid.any()


def test_a_figure_matches_itself_where_it_stands():
    stance, cut, _ = figure_of(22)
    surface = geometry(stance, cut, 96).surface
    matches, valid = true_matches(surface, surface, 24, NEAR)
    pixel = ((np.arange(24) + 0.5) / 24 * 96).astype(int)
    there = np.stack(np.meshgrid((pixel + 0.5) / 96, (pixel + 0.5) / 96), -1)
    assert np.array_equal(valid, ~np.isnan(surface[pixel][:, pixel, 0]))
    assert np.abs(matches - there)[valid].max() < 1e-6


def test_garments_match_garments():
    (a, cut, _), (b, _, _) = figure_of(23, attitude="stand"), figure_of(24, attitude="walk")
    one, other = geometry(a, cut, 96), geometry(b, cut, 96)
    matches, valid = true_matches(one.surface, other.surface, 96, NEAR)
    x, y = (matches[valid] * 96).astype(int).T
    assert (one.labels[valid] == other.labels[y, x]).mean() > 0.93
    assert valid[one.labels > 0].mean() > 0.5


def test_equal_position_finds_few_true_matches():
    pairs = [figure_of(25, i) for i in range(40)]
    line = (np.arange(16) + 0.5) / 16
    here = np.stack(np.meshgrid(line, line), -1)
    hits = total = 0
    for i in range(0, 40, 2):
        (a, _, _), (b, cut, _) = pairs[i], pairs[i + 1]
        matches, valid = true_matches(geometry(a, cut, 64).surface, geometry(b, cut, 64).surface, 16, NEAR)
        hits += int((np.hypot(*np.moveaxis(matches - here, -1, 0))[valid] <= 0.05).sum())
        total += int(valid.sum())
    print(f"equal-position PCK@0.05: {hits / total:.3f} of {total} true matches")
    assert total > 300
    assert hits / total < 0.30
