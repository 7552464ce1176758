"""The stage `report`: tables, figures, the page, the manifest."""

from __future__ import annotations

import logging
import shutil
from typing import TYPE_CHECKING

from matebit.contracts.measures import headline
from matebit.io.files import write_text
from matebit.io.tables import write_table
from matebit.pipeline.layout import Layout
from matebit.report.comparison import Table, comparison_table, matching_table
from matebit.report.cost import write_cost
from matebit.report.differences import COLUMNS, HEADS, Difference, differences, how, shown
from matebit.report.differences import latex as latex_differences
from matebit.report.differences import markdown as markdown_differences
from matebit.report.dvc_views import write_metrics_json, write_training_logs
from matebit.report.experiment import Experiment
from matebit.report.figures import FIGURES, draw_figure, drawing
from matebit.report.page import page_html, table_view
from matebit.report.page_parts import template_environment
from matebit.report.provenance import provenance, write_manifest
from matebit.report.scores import Scores, read_scores
from matebit.report.tables import CSV_COLUMNS, Setting, csv_rows, latex, markdown

if TYPE_CHECKING:
    from matebit.config.stage_params import ReportParams

logger = logging.getLogger("matebit.report")
TITLES = {
    "comparison": "Comparison",
    "metrics": "Every metric",
    "matching": "Matching, block by block",
    "differences": "Differences, pair by pair",
}


def _write_table_files(experiment: Experiment, name: str, table: Table, setting: Setting) -> list[str]:
    """The three forms of one table; paths relative to `reports/NAME`."""
    folder = experiment.layout.reports / "tables"
    title = f"{TITLES[name]}: {experiment.layout.name}"
    write_table(folder / f"{name}.csv", csv_rows(table, setting), CSV_COLUMNS)
    write_text(folder / f"{name}.md", markdown(table, title, setting))
    write_text(folder / f"{name}.tex", latex(table, title, f"{experiment.layout.name}-{name}", setting))
    return [f"tables/{name}.{ending}" for ending in ("csv", "md", "tex")]


def _write_differences(experiment: Experiment, found: list[Difference]) -> dict:
    """`tables/differences.*`, and the table as the page shows it."""
    folder, config = experiment.layout.reports / "tables", experiment.params.report
    name, title = experiment.layout.name, f"{TITLES['differences']}: {experiment.layout.name}"
    write_table(folder / "differences.csv", [row.row() for row in found], COLUMNS)
    write_text(folder / "differences.md", markdown_differences(found, title, config))
    write_text(folder / "differences.tex", latex_differences(found, title, f"{name}-differences", config))
    return {
        "heads": HEADS,
        "rows": [shown(row) for row in found],
        "note": how(found, config),
        "files": [f"tables/differences.{ending}" for ending in ("csv", "md", "tex")],
    }


def _write_images(experiment: Experiment, scores: Scores) -> None:
    """`tables/images.csv`: every test item under every method, its file and its values."""
    metrics = scores.shown_metrics
    rows = []
    for method in [*experiment.methods, *experiment.controls]:
        choice = experiment.shown(method)
        by_metric = {metric: scores.by_image(method, metric) for metric in metrics}
        for item in experiment.tests:
            rows.append(
                {"id": item, "method": method, "file": experiment.image_path(choice, item)}
                | {metric: values.get(item) for metric, values in by_metric.items()}
            )
    target = experiment.layout.reports / "tables" / "images.csv"
    write_table(target, rows, ["id", "method", "file", *metrics])


def run(params: ReportParams, layout: Layout) -> None:
    """Write `reports/NAME`, its manifest.csv last, and beside the benchmarks what each job took.

    Raises `MatebitError` for a missing table or image of a stage before.
    """
    experiment = Experiment(params, layout)
    config = params.report
    # A figure or a sheet that other parameters made must not stay beside the new page.
    for folder in ("tables", "figures", "items"):
        shutil.rmtree(layout.reports / folder, ignore_errors=True)
    scores = read_scores(layout, experiment.scored)
    setting = Setting(params.pairs.rank, params.pairs.exemplars_from, config.level)
    everything = comparison_table(scores, experiment.methods, experiment.controls, config, params.seed)
    tables = {
        "comparison": everything.of(headline(column.metric for column in everything.columns)),
        "metrics": everything,
        "matching": matching_table(scores, experiment.methods, config, params.seed),
    }
    views = {}
    for name, table in tables.items():
        files = _write_table_files(experiment, name, table, setting)
        views[name] = table_view(table, TITLES[name], files, setting, set(experiment.controls))
    apart = differences(scores, experiment.methods, experiment.controls, config, params.seed)
    views["differences"] = _write_differences(experiment, apart)
    _write_images(experiment, scores)
    write_metrics_json(experiment, everything)
    write_training_logs(experiment)
    origin = provenance(experiment)
    figures = [name for name in FIGURES if drawing(name).available(experiment)]
    for name in figures:
        logger.info("drawing the figure %s", name)
        draw_figure(name, experiment, origin)
    environment = template_environment()
    page = page_html(experiment, scores, views, figures, origin, environment)
    write_text(layout.reports / "index.html", page)
    write_cost(layout, environment)
    write_manifest(layout)
    logger.info("the report is %s", layout.reports / "index.html")
