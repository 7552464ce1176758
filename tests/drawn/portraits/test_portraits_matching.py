import numpy as np
import pytest

from matebit.drawn.portraits.drawing import geometry
from matebit.drawn.portraits.shape import sample_shape
from matebit.drawn.source import NEAR, true_matches


def brute_force(surface_a, surface_b, grid):
    side_a, side_b = surface_a.shape[0], surface_b.shape[0]
    matches, valid = np.zeros((grid, grid, 2), np.float32), np.zeros((grid, grid), bool)
    for i in range(grid):
        for j in range(grid):
            y, x = int((i + 0.5) / grid * side_a), int((j + 0.5) / grid * side_a)
            part, u, v = surface_a[y, x].astype(float)
            best = NEAR
            for row in range(side_b):
                for column in range(side_b):
                    other, s, t = surface_b[row, column].astype(float)
                    if other != part:
                        continue
                    d = np.sqrt((s - u) ** 2 + (t - v) ** 2)
                    if d < best or (d == best and not valid[i, j]):
                        best, valid[i, j] = d, True
                        matches[i, j] = (column + 0.5) / side_b, (row + 0.5) / side_b
    return matches, valid


def test_equals_brute_force():
    a, b = (geometry(sample_shape((21, i)), 40).surface for i in range(2))
    matches, valid = true_matches(a, b, 8)
    slow_matches, slow_valid = brute_force(a, b, 8)
    assert np.array_equal(valid, slow_valid)
    assert np.array_equal(matches, slow_matches)
    assert valid.any()
    assert not valid.all()
    assert matches.dtype == np.float32


@pytest.mark.parametrize("seed", range(4))
def test_a_portrait_matches_itself_where_it_stands(seed):
    surface = geometry(sample_shape((22, seed)), 96).surface
    grid = 24
    matches, valid = true_matches(surface, surface, grid)
    pixel = ((np.arange(grid) + 0.5) / grid * 96).astype(int)
    there = np.stack(np.meshgrid((pixel + 0.5) / 96, (pixel + 0.5) / 96), -1)
    shown = ~np.isnan(surface[pixel][:, pixel, 0])
    assert np.array_equal(valid, shown)
    assert np.abs(matches - there)[valid].max() < 1e-6


def test_features_match_features_across_sizes():
    a, b = (geometry(sample_shape((23, i)), size) for i, size in ((0, 64), (1, 128)))
    matches, valid = true_matches(a.surface, b.surface, 64)
    x, y = ((matches[valid] * 128).astype(int)).T
    assert (a.labels[valid] == b.labels[y, x]).all()


def test_nothing_shown_nothing_matched():
    surface = geometry(sample_shape((24,)), 64).surface
    _, valid = true_matches(surface, np.full_like(surface, np.nan), 16)
    assert not valid.any()


def test_equal_position_finds_few_true_matches():
    surfaces = [geometry(sample_shape((25, i)), 64).surface for i in range(60)]
    line = (np.arange(16) + 0.5) / 16
    here = np.stack(np.meshgrid(line, line), -1)
    hits = total = 0
    for i, surface in enumerate(surfaces):
        matches, valid = true_matches(surface, surfaces[(7 * i + 3) % 60], 16)
        hits += int((np.hypot(*np.moveaxis(matches - here, -1, 0))[valid] <= 0.05).sum())
        total += int(valid.sum())
    share = hits / total
    print(f"equal-position PCK@0.05: {share:.3f} of {total} true matches")
    assert total > 2000
    assert share < 0.30
