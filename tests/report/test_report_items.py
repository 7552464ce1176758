"""Items for which the page has no room: sheets beside it."""

from __future__ import annotations

import html
import json
import re
import shutil

import pytest
from disc_report import disc_source, report_params

from matebit.pipeline.layout import Layout
from matebit.report import stage


@pytest.fixture(scope="module")
def small(tmp_path_factory, scored):
    """A report with room for four of six items, where another report has been."""
    base = tmp_path_factory.mktemp("small")
    shutil.copytree(scored.layout.results, base / "results" / scored.layout.name)
    layout = Layout(scored.layout.name, base)
    (layout.reports / "figures").mkdir(parents=True)
    (layout.reports / "figures" / "old.png").write_bytes(b"of other parameters")
    with disc_source():
        stage.run(report_params(page_items=4), layout)
    return layout


def test_every_item_stands_in_the_page_or_in_a_sheet(small):
    page = (small.reports / "index.html").read_text()
    data = json.loads(re.search(r'id="data">(.*?)</script>', page, re.S)[1])
    inside = {item["id"] for item in data["items"]}
    assert len(inside) == 4
    sheet = (small.reports / "items" / "001.html").read_text()
    outside = set(re.findall(r"<h3[^>]*>(test\d) wearing train\d</h3>", sheet))
    assert outside == {f"test{k}" for k in range(6)} - inside
    assert 'href="items/001.html"' in page


def test_a_sheet_fetches_nothing(small):
    sheet = (small.reports / "items" / "001.html").read_text()
    sources = re.findall(r'(?:src|<link rel="icon" href)="([^"]*)"', sheet)
    assert len(sources) > 8
    assert all(source.startswith("data:") for source in sources)
    assert "<script" not in sheet
    assert "default-src 'none'; img-src data:;" in html.unescape(sheet)


def test_a_figure_of_other_parameters_does_not_stay(small):
    assert not (small.reports / "figures" / "old.png").exists()
    assert "old.png" not in (small.reports / "manifest.csv").read_text()
