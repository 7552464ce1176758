"""What each job took: from Snakemake's benchmark files, beside them, and never in the report."""

from __future__ import annotations

import pandas as pd

from matebit.pipeline.layout import Layout
from matebit.report.cost import write_cost
from matebit.report.page_parts import template_environment

HEAD = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"


def test_jobs_stand_in_the_order_of_the_stages(tmp_path):
    layout = Layout("mine", tmp_path)
    layout.benchmarks.mkdir(parents=True)
    for job, row in {
        "train-matebit-seed1": "68.5\t0:01:08\t1464.87\t7163.6\t1000.8\t1188.9\t62.9\t41.0\t57.3\t39.9",
        "data": "2.25\t0:00:02\t-\t-\t-\t-\t-\t-\t0.00\t0.00",
        "report": "9.0\t0:00:09\t1\t1\t1\t1\t1\t1\t1\t1",
    }.items():
        (layout.benchmarks / f"{job}.tsv").write_text(HEAD + row + "\n")
    write_cost(layout, template_environment())
    table = pd.read_csv(layout.benchmarks / "cost.csv")
    assert list(table["job"]) == ["data", "train-matebit-seed1"]
    assert list(table["wall_s"]) == [2.25, 68.5]
    assert pd.isna(table["peak_memory_mb"][0])
    assert table["peak_memory_mb"][1] == 1464.87
    html = (layout.benchmarks / "cost.html").read_text()
    assert "train-matebit-seed1" in html
    assert "71 s of wall clock" in html


def test_a_run_that_nothing_measured_says_so(report):
    assert "No job was measured" in (report.layout.benchmarks / "cost.html").read_text()
    listed = pd.read_csv(report.layout.reports / "manifest.csv")["file"]
    assert not listed.str.startswith("benchmarks/").any()
    assert not list(report.layout.reports.rglob("cost*"))
