"""The page as a file: whole, escaped, bounded, repeatable; and the manifest."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pandas as pd
import pytest
from disc_report import report_params, scored_experiment

from matebit.errors import MatebitError
from matebit.io.files import sha256_of_file
from matebit.report import page, stage
from matebit.report.page_items import chosen_items
from matebit.report.page_parts import inline_json
from matebit.report.scores import read_scores


class _Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.text = [], []

    def handle_starttag(self, tag, attributes):
        self.seen.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text.append(data)


def _parsed(layout):
    tags = _Tags()
    tags.feed((layout.reports / "index.html").read_text(encoding="utf-8"))
    return tags


def test_the_page_names_nothing_that_it_would_fetch(report):
    tags = _parsed(report.layout)
    for tag, attributes in tags.seen:
        assert tag not in {"iframe", "object", "embed", "base"}
        if tag in {"img", "script", "link"}:
            address = attributes.get("src", attributes.get("href", "data:"))
            assert address.startswith("data:"), (tag, address[:80])
        if tag == "a":
            assert re.match(
                r"#|figures/|tables/|items/|manifest\.csv|../../benchmarks/discs/cost", attributes["href"]
            )
    policy = next(a["content"] for t, a in tags.seen if a.get("http-equiv") == "Content-Security-Policy")
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_every_relative_link_leads_to_a_file(report):
    for tag, attributes in _parsed(report.layout).seen:
        if tag == "a" and not attributes["href"].startswith("#"):
            assert (report.layout.reports / attributes["href"]).is_file(), attributes["href"]


def test_everything_is_escaped(report):
    tags = _parsed(report.layout)
    assert not any(tag == "b" for tag, _ in tags.seen), "the names of params and rejected files hold <b>"
    text = "".join(tags.text)
    assert "broken<b>.jpg" in text
    assert "<b>discs</b> & co" in text


def test_json_cannot_close_its_element():
    value = {"</script><script>": "<!-- & \u2028"}
    text = inline_json(value)
    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == value


def test_images_need_words_and_pictures_are_bounded(report):
    tags = _parsed(report.layout)
    for tag, attributes in tags.seen:
        if tag == "img":
            assert attributes["alt"]
            assert attributes["width"]
    size = (report.layout.reports / "index.html").stat().st_size
    assert size < report.params.report.page_megabytes * 1e6


def _data(layout):
    html = (layout.reports / "index.html").read_text(encoding="utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', html, re.S).group(1))


def test_a_small_budget_takes_fewer_items_in(report):
    from matebit.report.experiment import Experiment
    from matebit.report.page_items import browser_data

    experiment = Experiment(report.params, report.layout)
    scores = read_scores(report.layout, experiment.scored)
    whole = browser_data(experiment, scores, 1e9)
    assert [item["id"] for item in whole["items"]] == experiment.tests
    half = browser_data(experiment, scores, sum(map(len, whole["pictures"].values())) / 2)
    assert 0 < len(half["items"]) < len(whole["items"])
    used = {key for item in half["items"] for key in [item["condition"], *item["results"].values()]}
    assert used <= set(half["pictures"])
    few = Experiment(report_params(page_items=4), report.layout)
    assert len(chosen_items(few, scores)) == 4


def test_items_give_way_where_the_rest_of_the_page_is_large(tmp_path, report, monkeypatch):
    # As with many methods, whose tables and values take more than a page of two methods lets one guess.
    monkeypatch.setattr(page, "_facts", lambda experiment: [("x" * 60, "y" * 60)] * 6000)
    layout = scored_experiment(tmp_path)
    stage.run(report_params(), layout)
    size = (layout.reports / "index.html").stat().st_size
    stage.run(report_params(page_megabytes=(size - 4000) / 1e6), layout)
    assert (layout.reports / "index.html").stat().st_size <= size - 4000
    shown = _data(layout)["items"]
    assert 0 < len(shown) < len(_data(report.layout)["items"])
    assert (layout.reports / "items/001.html").exists()


def test_two_reports_are_equal_to_the_byte(tmp_path, report):
    layout = scored_experiment(tmp_path)
    stage.run(report.params, layout)
    one, other = (pd.read_csv(each.reports / "manifest.csv") for each in (report.layout, layout))
    pd.testing.assert_frame_equal(one, other)
    row = one.set_index("file").loc["reports/discs/index.html"]
    assert row["sha256"] == sha256_of_file(report.layout.reports / "index.html")
    assert row["bytes"] == (report.layout.reports / "index.html").stat().st_size
    assert "reports/discs/manifest.csv" not in set(one["file"])
    assert {"results/discs/metrics/matebit/seed1/values.csv", "results/discs/params.yaml"} <= set(one["file"])
    assert str(tmp_path) not in (layout.reports / "index.html").read_text()


def test_a_missing_table_is_named(tmp_path, report):
    layout = scored_experiment(tmp_path)
    (layout.run("vanilla", 2).metrics / "values.csv").unlink()
    with pytest.raises(MatebitError, match=r"vanilla/seed2/values\.csv does not exist"):
        stage.run(report.params, layout)
