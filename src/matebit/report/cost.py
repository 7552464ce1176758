"""What each job took, from Snakemake's benchmark files: `benchmarks/NAME/cost.csv` and `cost.html`.

Times and memory differ from run to run, so these files lie with the benchmarks: nothing in `reports/` may.
"""

from __future__ import annotations

import pandas as pd
from jinja2 import Environment

from matebit.io.files import write_text
from matebit.io.tables import read_table, write_table
from matebit.pipeline.layout import Layout
from matebit.report.page_parts import content_policy, script_text, style_text

# Snakemake's column -> ours: seconds and megabytes.
_MEASURED = {
    "s": "wall_s",
    "cpu_time": "cpu_s",
    "max_rss": "peak_memory_mb",
    "io_in": "read_mb",
    "io_out": "written_mb",
}
_STAGES = ("data", "conditions", "pairs", "segmenter", "train", "translate", "metrics")
COLUMNS = ["job", *_MEASURED.values()]
_HEADS = ("Wall clock, s", "CPU, s", "Peak memory, MB", "Read, MB", "Written, MB")


def cost_rows(layout: Layout) -> list[dict]:
    """A row a job that Snakemake has measured, in the order of the stages; empty for the other engine.

    The report's own job is still running when this is read, so it is left out.
    """
    rows = []
    for path in layout.benchmarks.glob("*.tsv"):
        stage = path.stem.partition("-")[0]
        if stage not in _STAGES:
            continue
        table = pd.read_csv(path, sep="\t", na_values=["NA", "-"])
        measured = {
            ours: float(table[theirs].iloc[-1]) for theirs, ours in _MEASURED.items() if theirs in table
        }
        rows.append({"job": path.stem, **measured})
    return sorted(rows, key=lambda row: (_STAGES.index(row["job"].partition("-")[0]), row["job"]))


def write_cost(layout: Layout, environment: Environment) -> None:
    """Write both files; the page says so where nothing was measured."""
    write_table(layout.benchmarks / "cost.csv", cost_rows(layout), COLUMNS)
    table = read_table(layout.benchmarks / "cost.csv", COLUMNS, numbers=_MEASURED.values())
    style, script = style_text(), script_text("tables.js")
    html = environment.get_template("cost.html.j2").render(
        name=layout.name,
        policy=content_policy(style, script),
        style=style,
        script=script,
        heads=_HEADS,
        rows=[
            (row[0], [None if pd.isna(value) else float(value) for value in row[1:]])
            for row in table.itertuples(index=False)
        ],
        wall=float(table["wall_s"].sum()),
        cpu=float(table["cpu_s"].sum()),
    )
    write_text(layout.benchmarks / "cost.html", html)
