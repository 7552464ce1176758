"""The page: one HTML file with everything in it, and nothing that it would fetch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jinja2 import Environment
from PIL import Image

from matebit.errors import MatebitError
from matebit.io.tables import read_table
from matebit.report.comparison import EQUAL_POSITION, Table
from matebit.report.experiment import Experiment
from matebit.report.figures import drawing
from matebit.report.page_items import SHEET, browser_data, write_item_sheets
from matebit.report.page_parts import content_policy, data_url, inline_json, script_text, style_text
from matebit.report.scores import Scores
from matebit.report.tables import Setting, heading, number

SCRIPTS = ("tables.js", "browser.js", "viewer.js")
REJECTED_SHOWN = 200
SECTIONS = (
    ("comparison", "Comparison"),
    ("metrics", "Every metric"),
    ("differences", "Differences"),
    ("matching", "Matching"),
    ("figures", "Figures"),
    ("browser", "Images"),
    ("correspondence", "Correspondence"),
    ("setting", "What ran"),
    ("rejected", "Rejected inputs"),
    ("provenance", "Provenance"),
)


def table_view(table: Table, title: str, files: Sequence[str], setting: Setting, controls: set[str]) -> dict:
    """A table as the template shows it."""
    heads = [
        {
            "title": heading(column, table.columns).removesuffix(column.info.arrow).strip(),
            "arrow": column.info.arrow,
            "better": column.info.better,
            "meaning": column.info.meaning,
            "features": column.features,
            "protocol": column.protocol,
        }
        for column in table.columns
    ]
    rows = []
    for row in table.rows:
        cells: list[dict | None] = []
        for column in table.columns:
            cell, digits = table.cell(row, column), column.info.digits
            if cell is None:
                cells.append(None)
                continue
            spread = "" if cell.deviation is None else number(cell.deviation, digits)
            ends = [number(end, digits) for end in cell.interval or ()]
            cells.append(
                {
                    "value": repr(cell.mean),
                    "text": number(cell.mean, digits),
                    "deviation": spread,
                    "interval": "–".join(ends),
                    "mark": cell.mark,
                }
            )
        reference = row.method in controls or row.suffix == EQUAL_POSITION
        rows.append({"title": row.title, "cells": cells, "control": reference})
    notes = [*setting.notes(table), *([] if table.rows else ["Nothing was measured."])]
    return {"title": title, "heads": heads, "rows": rows, "notes": notes, "files": files}


def _rejected(experiment: Experiment) -> list[dict]:
    rows = []
    for stage, folder in (
        ("data", experiment.layout.data),
        ("conditions", experiment.layout.conditions),
    ):
        path = folder / "rejected.csv"
        if path.exists():
            table = read_table(path, ["id", "file", "reason"])
            rows += [{"stage": stage, **row} for row in table.to_dict("records")]
    return rows


def _figures(experiment: Experiment, names: Sequence[str]) -> list[dict]:
    shown = []
    for name in names:
        path = experiment.layout.reports / "figures" / f"{name}.png"
        with Image.open(path) as image:
            width, height = image.size
        shown.append(
            {
                "name": name,
                "caption": drawing(name).caption,
                "width": width,
                "height": height,
                "source": data_url(path.read_bytes()),
            }
        )
    return shown


def _plural(count: int, one: str) -> str:
    return f"{count} {one}{'' if count == 1 else 's'}"


def _lead(experiment: Experiment) -> str:
    params = experiment.params
    return (
        f"{_plural(len(experiment.methods), 'method')} ({', '.join(experiment.methods)}), "
        f"{_plural(len(params.seeds), 'training seed')}, "
        f"{_plural(len(experiment.tests), 'test image')} of {params.data.crop_size} px. Each "
        f"wears the exemplar of rank {params.pairs.rank} from the {params.pairs.exemplars_from} "
        "split."
    )


def _facts(experiment: Experiment) -> list[tuple[str, str]]:
    params = experiment.params
    train = sum(entry.split == "train" for entry in experiment.entries.values())
    facts = [
        ("Source", params.data.source),
        ("Images", f"{train} to train, {len(experiment.tests)} to test"),
        ("Size", f"{params.data.load_size} px, cropped to {params.data.crop_size} px"),
        ("Condition", params.conditions.kind),
        (
            "Exemplars",
            f"{params.pairs.method}, rank {params.pairs.rank}, {params.pairs.exemplars_from} split",
        ),
        ("Perceptual features", params.features.label),
        ("Seeds", f"data {params.seed}; training {', '.join(map(str, params.seeds))}"),
        ("Threads", str(params.threads)),
    ]
    for method in experiment.methods:
        summary = experiment.summary(method)
        if "images" in summary:
            facts.append((f"Training of {method}", f"{summary['images']:,} images"))
    return facts


def _flat(origin: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    rows = []
    for key, value in origin.items():
        if isinstance(value, dict):
            rows += _flat(value, f"{prefix}{key} · ")
        else:
            shown = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            rows.append((prefix + key, shown))
    return rows


def page_html(
    experiment: Experiment,
    scores: Scores,
    tables: dict[str, dict],
    figures: Sequence[str],
    origin: dict[str, Any],
    environment: Environment,
) -> str:
    """The whole page; `tables` are the views `comparison`, `metrics`, `differences` and `matching`.

    Test items for which it has no room are written beside it, as `items/NNN.html`.
    """
    style, script = style_text(), script_text(*SCRIPTS)
    shown, rejected = _figures(experiment, figures), _rejected(experiment)
    bound = experiment.params.report.page_megabytes * 1e6
    parameters = experiment.layout.params.read_text(encoding="utf-8")
    sections = [(name, title) for name, title in SECTIONS if tables.get(name, {"rows": True})["rows"]]

    def rendered(data: dict[str, Any], sheets: Sequence[Any]) -> str:
        return environment.get_template("page.html.j2").render(
            name=experiment.layout.name,
            lead=_lead(experiment),
            policy=content_policy(style, script),
            style=style,
            script=script,
            sections=sections,
            **tables,
            figures=shown,
            browsed=len(data["items"]),
            total=data["total"],
            sheets=sheets,
            truth_known=any("true" in found for item in data["items"] for found in item["matches"].values()),
            facts=_facts(experiment),
            parameters=parameters,
            rejected=rejected[:REJECTED_SHOWN],
            rejected_more=max(0, len(rejected) - REJECTED_SHOWN),
            origin=_flat(origin),
            data=inline_json(data),
        )

    # What is left for items is known once the rest is there: figures and tables grow with the methods.
    without = len(rendered(browser_data(experiment, scores, 0), []).encode())
    links = 2_000 + 600 * (len(experiment.tests) // SHEET + 1)
    data = browser_data(experiment, scores, bound - without - links)
    inside = {item["id"] for item in data["items"]}
    outside = [item for item in experiment.tests if item not in inside]
    html = rendered(data, write_item_sheets(experiment, scores, outside, environment))
    if len(html.encode()) > bound:
        raise MatebitError(
            f"the page has {len(html.encode()) / 1e6:.1f} MB, more than report.page_megabytes = "
            f"{experiment.params.report.page_megabytes:g}; lower report.dpi or report.grid_items"
        )
    return html
