"""Differences pair by pair: against slow versions, known answers, and Holm by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matebit.config.report import ReportConfig
from matebit.contracts.measures import headline
from matebit.report.comparison import comparison_table
from matebit.report.differences import (
    differences,
    holm,
    how,
    latex,
    markdown,
    two_sided,
    two_way_bootstrap,
)
from matebit.report.scores import Scores

CONFIG = ReportConfig(bootstrap=1000)


def scored(values: dict[str, np.ndarray], metric: str = "ssim") -> Scores:
    """Scores of (seeds,images) a method."""
    rows, images = [], []
    for method, numbers in values.items():
        for seed, of_seed in enumerate(numbers, start=1):
            rows.append(
                {"method": method, "seed": seed, "metric": metric, "value": of_seed.mean(),
                 "n": len(of_seed), "features": "pixels", "protocol": "as tested"}
            )  # fmt: skip
            images += [
                {"method": method, "seed": seed, "id": f"i{k}", "metric": metric, "value": value}
                for k, value in enumerate(of_seed)
            ]
    return Scores(pd.DataFrame(rows), pd.DataFrame(images))


def hard_images(seeds: int, count: int = 40) -> np.ndarray:
    """Values that differ a lot from image to image, and little from seed to seed."""
    rng = np.random.default_rng(4)
    return rng.normal(0.5, 0.2, size=(1, count)) + rng.normal(0, 0.005, size=(seeds, count))


def test_identical_methods_are_undecided_and_a_shift_is_sure():
    """The shift is a tenth of the spread over images: intervals of the means overlap, the pairs tell."""
    ours, noise = hard_images(3), np.random.default_rng(1).normal(0, 0.01, size=(3, 40))
    scores = scored(
        {"ours": ours, "same": ours.copy(), "worse": ours - 0.02 + noise, "better": ours + 0.02 + noise}
    )
    found = {
        row.method: row for row in differences(scores, ["ours", "same", "worse", "better"], [], CONFIG, 1)
    }
    assert found["same"].verdict == "undecided"
    assert found["same"].difference == 0
    assert found["worse"].verdict == "worse"
    assert found["better"].verdict == "better"
    assert found["better"].low < 0.02 < found["better"].high
    assert (found["better"].images, found["better"].seeds) == (40, 3)
    lower = differences(scored({"ours": ours, "worse": ours - 0.02}, "mae"), ["ours", "worse"], [], CONFIG, 1)
    assert lower[0].verdict == "better"  # of an error


def test_controls_of_one_seed_stand_against_every_seed_and_equal_position_against_the_matches():
    ours = hard_images(3)
    scores = scored({"ours": ours, "exemplar": ours[:1] - 0.1}, "pck@0.1")
    place = scored({"ours": ours - 0.05}, "pck@0.1/equal_position")
    both = Scores(pd.concat([scores.values, place.values]), pd.concat([scores.images, place.images]))
    found = {row.method: row for row in differences(both, ["ours"], ["exemplar"], CONFIG, 1)}
    assert found["Exemplar copied"].seeds == 3
    assert found["Equal position"].difference == pytest.approx(-0.05)
    assert found["Equal position"].verdict == "worse"


def test_the_last_blocks_soft_positions_stand_against_equal_position_too():
    parts = [
        scored({"ours": hard_images(1) + shift}, name)
        for name, shift in (("epe/soft/block2", 0.3), ("epe/soft/block10", -0.1), ("epe/equal_position", 0.0))
    ]
    both = Scores(*(pd.concat([getattr(part, name) for part in parts]) for name in ("values", "images")))
    [row] = differences(both, ["ours"], [], CONFIG, 1)
    assert (row.metric, row.method, row.verdict) == ("epe/soft/block10", "Equal position", "worse")
    assert row.difference == pytest.approx(0.1)


def test_two_way_bootstrap_against_a_slow_one():
    values = np.random.default_rng(2).normal(size=(3, 20)) + np.array([[0.0], [0.4], [-0.3]])
    rng, slow = np.random.default_rng(9), []
    for _ in range(4000):
        rows, columns = rng.integers(0, 3, 3), rng.integers(0, 20, 20)
        slow.append(np.mean([[values[r, c] for c in columns] for r in rows]))
    fast = two_way_bootstrap(values, 4000, 1)
    assert fast.mean() == pytest.approx(np.mean(slow), abs=0.02)
    assert fast.std() == pytest.approx(np.std(slow), rel=0.08)
    np.testing.assert_array_equal(fast, two_way_bootstrap(values, 4000, 1))


def test_images_without_a_value_are_left_out_and_infinite_ones_compare_with_nothing():
    ours = hard_images(1)
    holes = ours + 0.1
    holes[0, :5] = np.nan
    [row] = differences(scored({"a": ours, "b": holes}), ["a", "b"], [], CONFIG, 1)
    assert row.images == 35
    infinite = np.full_like(ours, np.inf)
    assert differences(scored({"a": ours, "b": infinite}, "psnr"), ["a", "b"], [], CONFIG, 1) == []


def test_holm_by_hand():
    # 0.01 x 4, 0.02 x 3, then never below what came before: 0.03 x 2 = 0.06, 0.04 x 1 -> 0.06
    assert holm([0.03, 0.01, 0.04, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


@settings(max_examples=50, deadline=None, print_blob=True)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_never_helps_and_keeps_the_order(p):
    corrected = holm(p)
    assert all(c >= q for c, q in zip(corrected, p, strict=True))
    assert max(corrected) <= 1
    in_order = [c for _, c in sorted(zip(p, corrected, strict=True))]
    assert in_order == sorted(in_order)


def test_p_is_never_below_what_the_resamples_can_show():
    assert two_sided(np.ones(999)) == pytest.approx(0.002)
    assert two_sided(np.zeros(999)) == 1.0


def test_tables_in_words_and_for_latex():
    ours = hard_images(2)
    found = differences(scored({"ours": ours, "50%_b": ours + 0.1}), ["ours", "50%_b"], [], CONFIG, 1)
    text = markdown(found, "T", CONFIG)
    assert "| SSIM ↑" in text
    assert "| better" in text
    assert how(found, CONFIG) in text
    tex = latex(found, "T", "t", CONFIG)
    assert r"50\%\_b" in tex
    assert tex.count(r"\toprule") == tex.count(r"\bottomrule") == 1
    assert r"\hline" not in tex


def test_headline_has_eight_columns_at_most():
    everything = [
        "mae", "ssim", "psnr", "chroma", "feature_distance", "semantic", "texture", "colour", "edge_f1",
        "miou", "pck@0.05", "pck@0.1", "epe", "swd", "fd_lite0", "parameters", "pck@0.1/argmax/block1",
    ]  # fmt: skip
    assert headline(everything) == [
        "ssim", "chroma", "feature_distance", "texture", "miou", "pck@0.1", "epe", "fd_lite0"
    ]  # fmt: skip
    without_truth = ["semantic", "texture", "colour", "edge_f1", "swd", "fd_lite0", "flops"]
    assert headline(without_truth) == ["semantic", "texture", "colour", "edge_f1", "swd", "fd_lite0"]
    scores = scored({"a": hard_images(1), "b": hard_images(1)})
    table = comparison_table(scores, ["a", "b"], [], CONFIG, 1)
    assert table.of(["ssim"]).columns == table.columns
    assert table.of(["mae"]).rows == []
