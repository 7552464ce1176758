"""Snakemake's own report of a run: the page with its caption and labels."""

from __future__ import annotations

import zipfile

import pytest
from engine_runs import Run

pytestmark = [pytest.mark.engines, pytest.mark.timeout(1800)]


def test_it_holds_the_page_with_caption_and_labels(by_snakemake: Run):
    result = by_snakemake.again("--report", "report.zip")
    assert result.returncode == 0, result.stderr
    with zipfile.ZipFile(by_snakemake.copy / "report.zip") as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    [page] = [text for name, text in texts.items() if name.endswith("/index.html")]
    assert page == (by_snakemake.copy / "reports/smoke/index.html").read_bytes()
    [overview] = [text.decode() for name, text in texts.items() if name.endswith("/report.html")]
    assert "self-contained page: comparison and matching tables" in overview
    assert '"experiment": "smoke"' in overview
