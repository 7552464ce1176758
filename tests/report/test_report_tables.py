"""The comparison: means, intervals, marks, and what must never share a column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from matebit.config.report import ReportConfig
from matebit.report.comparison import comparison_table, matching_table
from matebit.report.scores import Scores, bootstrap_interval
from matebit.report.tables import Setting, escape_tex, latex, markdown

CONFIG = ReportConfig(bootstrap=400)
SETTING = Setting(exemplar_rank=1, exemplars_from="train", level=0.95)


def make_scores(means, spread=0.5, metric="mae", seeds=(1,), features="pixels", count=40):
    """Values of images around the mean of each method, and tables as the metrics stage writes them."""
    values, images = [], []
    for method, mean in means.items():
        for seed in seeds:
            random = np.random.default_rng([seed, len(method)])
            numbers = mean + spread * random.standard_normal(count)
            numbers += mean + 0.1 * seed - numbers.mean()
            values.append(
                {"method": method, "seed": seed, "metric": metric, "value": numbers.mean(),
                 "n": count, "features": features, "protocol": "as tested"}
            )  # fmt: skip
            images += [
                {
                    "method": method,
                    "seed": seed,
                    "id": f"i{place}",
                    "metric": metric,
                    "value": number,
                }
                for place, number in enumerate(numbers)
            ]
    return Scores(pd.DataFrame(values), pd.DataFrame(images))


def _marks(scores, methods, controls=()):
    table = comparison_table(scores, methods, controls, CONFIG, 1)
    return {row.method: cell.mark for (row, _), cell in table.cells.items()}


def test_mean_and_deviation_over_seeds():
    scores = make_scores({"a": 10.0, "b": 20.0}, seeds=(1, 2, 3))
    table = comparison_table(scores, ["a", "b"], [], CONFIG, 1)
    cell = table.cell(table.rows[0], table.columns[0])
    assert cell.mean == pytest.approx(10.2)
    assert cell.deviation == pytest.approx(0.1)
    assert cell.seeds == 3
    assert cell.n == 40
    assert cell.interval[0] < 10.2 < cell.interval[1]


def test_interval_is_that_of_the_normal_distribution():
    numbers = np.random.default_rng(0).standard_normal(400)
    low, high = bootstrap_interval(numbers, 4000, 0.95, 1)
    half = 1.96 * numbers.std() / 20
    assert (low, high) == pytest.approx((numbers.mean() - half, numbers.mean() + half), abs=0.015)
    assert bootstrap_interval(numbers, 400, 0.95, 1) == bootstrap_interval(numbers, 400, 0.95, 1)
    assert bootstrap_interval(np.array([np.inf, 1.0]), 400, 0.95, 1) is None
    assert bootstrap_interval(np.array([1.0]), 400, 0.95, 1) is None


def test_a_metric_over_all_images_keeps_the_interval_it_was_measured_with():
    protocol = {"n": 40, "features": "none", "protocol": "as tested", "method": "a"}
    values = pd.DataFrame(
        {**protocol, "seed": seed, "metric": metric, "value": value}
        for seed, ends in ((1, (0.4, 0.5, 0.6)), (2, (0.6, 0.7, 0.8)))
        for metric, value in zip(("confidence/low", "confidence", "confidence/high"), ends, strict=True)
    )
    images = make_scores({"a": 1.0}).images
    table = comparison_table(Scores(values, images), ["a"], [], CONFIG, 1)
    assert [column.metric for column in table.columns] == ["confidence"]
    assert table.cell(table.rows[0], table.columns[0]).interval == pytest.approx((0.5, 0.7))


def test_marks_need_intervals_that_do_not_overlap():
    assert _marks(make_scores({"a": 10, "b": 20, "c": 30}), ["a", "b", "c"]) == {
        "a": "best", "b": "second", "c": "",
    }  # fmt: skip
    close = _marks(make_scores({"a": 10, "b": 10.05, "c": 30}), ["a", "b", "c"])
    assert close == {"a": "", "b": "", "c": ""}
    assert _marks(make_scores({"a": 10, "b": 20}), ["a", "b"])["b"] == "", "the second of two is the last"
    higher = make_scores({"a": 10, "b": 20}, metric="ssim")
    assert _marks(higher, ["a", "b"]) == {"a": "", "b": "best"}


def test_truth_does_not_compete_but_copying_does():
    marks = _marks(make_scores({"a": 10, "truth": 0, "exemplar": 5}), ["a"], ["truth", "exemplar"])
    assert marks == {"a": "", "truth": "", "exemplar": "best"}


def test_features_never_share_a_column():
    random = make_scores({"a": 0.2}, metric="lpips", features="vgg19 (random, seed 0)")
    trained = make_scores({"b": 0.1}, metric="lpips", features="alexnet imagenet")
    both = Scores(pd.concat([random.values, trained.values]), pd.concat([random.images, trained.images]))
    table = comparison_table(both, ["a", "b"], [], CONFIG, 1)
    assert len(table.columns) == 2
    filled = {(row.method, column.features) for row, column in table.cells}
    assert filled == {("a", "vgg19 (random, seed 0)"), ("b", "alexnet imagenet")}
    text = markdown(table, "both", SETTING)
    assert "LPIPS (alexnet imagenet) ↓" in text


def test_metrics_of_whole_sets_have_no_interval_and_no_mark():
    scores = make_scores({"a": 10, "b": 20}, metric="swd")
    alone = Scores(scores.values, scores.images.iloc[:0])
    table = comparison_table(alone, ["a", "b"], [], CONFIG, 1)
    assert all(cell.interval is None and cell.mark == "" for cell in table.cells.values())


def test_latex_is_escaped_and_balanced():
    assert escape_tex("50 % of a_b & {c}") == r"50 \% of a\_b \& \{c\}"
    scores = make_scores({"mine_100%": 10, "b": 20, "c": 30})
    text = latex(comparison_table(scores, ["mine_100%", "b", "c"], [], CONFIG, 1), "T_1", "t", SETTING)
    assert r"mine\_100\% & \textbf{10.10}" in text
    assert r"\underline{20.10}" in text
    assert text.count("{") == text.count("}")
    body = [line for line in text.splitlines() if line.endswith(r"\\")]
    assert len({line.count("&") - 2 * line.count(r"\&") for line in body[1:]}) == 1
    assert "from the train split" in text


def test_written_tables_say_what_they_rest_on(report):
    table = pd.read_csv(report.layout.reports / "tables/comparison.csv")
    assert set(table["row"]) == {
        "matebit", "vanilla", "Equal position", "Ground truth", "Exemplar copied", "No exemplar "
            "(label mean)",
    }  # fmt: skip
    assert (table["exemplars_from"] == "train").all()
    assert (table["n"] == 6).all()
    mae = table[table["metric"] == "mae"].set_index("method")
    assert mae.loc["matebit", "seeds"] == 2
    assert mae.loc["matebit", "deviation"] > 0
    assert mae.loc["matebit", "low"] <= mae.loc["matebit", "mean"] <= mae.loc["matebit", "high"]
    assert mae.loc["matebit", "mark"] == "best"
    text = (report.layout.reports / "tables/comparison.md").read_text()
    for words in ("n = 6 test images", "2 seeds", "rank 1, from the train split", "vgg19 x0.125"):
        assert words in text


def test_matching_table_has_every_block(report):
    from matebit.report.scores import read_scores

    scores = read_scores(report.layout, [("matebit", 1), ("vanilla", 1)])
    table = matching_table(scores, ["matebit", "vanilla"], CONFIG, 1)
    titles = [row.title for row in table.rows]
    assert titles[:2] == ["matebit, block 1, argmax", "matebit, block 1, soft"]
    assert titles[-1] == "Equal position"
    assert len(titles) == 9
    assert {column.metric for column in table.columns} == {
        "pck@0.05",
        "pck@0.1",
        "epe",
        "confidence",
    }
