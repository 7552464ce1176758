"""What MLflow is shown of a job: read from the files that the job's stage wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from matebit.config.losses import LossConfig
from matebit.io.files import read_json, sha256_of_file
from matebit.io.tables import read_table
from matebit.pipeline.layout import Layout
from matebit.tracking.record import JobRecord

Point = tuple[int, dict[str, float]]  # a step and its values

_SHOWN_IMAGES = 8

VALIDATION = "curves/validation_mae"
_DISCRIMINATOR = ("D_Fake", "D_real")
_GENERATOR = frozenset(
    name
    for name, field in LossConfig.model_fields.items()
    if field.annotation is float or name == "style_contrast"
)


@dataclass(frozen=True)
class View:
    """Files and numbers of one finished job."""

    inputs: list[Path]  # the manifests that it read
    artifacts: list[tuple[Path, str]]  # a file and the folder of artifacts it goes to
    values: dict[str, float]  # numbers of the job as a whole


def shown_curve(values: dict[str, float]) -> dict[str, float]:
    """The numbers of a log's line under the names that MLflow's page groups and sorts by.

    It shows section by section in alphabetical order, names without a slash late. So the totals and the
    validation are `curves`; losses come before the statistics of masks, these before what only counts.
    """
    generator = [name for name in values if name in _GENERATOR]
    discriminator = [name for name in values if name in _DISCRIMINATOR]
    shown = {}
    for total, names in (("curves/total_G", generator), ("curves/total_D", discriminator)):
        if names:
            shown[total] = sum(values[name] for name in names)
    for name, value in values.items():
        if name in _GENERATOR or name in _DISCRIMINATOR:
            shown[f"loss/{name}"] = value
        elif name.startswith("validation/"):
            shown[f"curves/{name.replace('/', '_')}"] = value
        else:
            shown[name if "/" in name else f"progress/{name}"] = value
    return {metric_key(name): value for name, value in shown.items()}


def metric_key(name: str) -> str:
    """A name as MLflow takes it: letters, digits, `_-. /`."""
    return re.sub(r"[^\w\-. /]", "_", name.replace("@", "_at_"))


def metric_name(key: str) -> str:
    """The metric's own name of a name that `metric_key` gave."""
    return key.replace("_at_", "@")


def curve(path: Path, after: int) -> Iterator[Point]:
    """The points of a JSON-lines training log after the step `after`; a half-written line is left."""
    if not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            return
        step = row.pop("step")
        if step > after:
            yield step, shown_curve({k: float(v) for k, v in row.items() if isinstance(v, int | float)})


def curve_file(layout: Layout, record: JobRecord) -> Path | None:
    """The training log of a train job: the growing one, or the finished one."""
    if record.stage != "train" or record.method is None or record.seed is None:
        return None
    folders = layout.run(record.method, record.seed)
    live = folders.state / "curves.jsonl"
    return live if live.exists() else folders.train / "curves.jsonl"


def view(layout: Layout, record: JobRecord) -> View:
    """What the finished job left on the disk."""
    manifests = {
        "data": [],
        "conditions": [layout.data],
        "pairs": [layout.data, layout.conditions],
        "segmenter": [layout.data, layout.conditions],
        "report": [layout.data, layout.pairs],
    }.get(record.stage, [layout.data, layout.conditions, layout.pairs])
    inputs = [path for folder in manifests for path in sorted(folder.glob("*.csv"))]
    return View(
        inputs=[path for path in inputs if path.name != "rejected.csv"],
        artifacts=[(path, folder) for path, folder in _artifacts(layout, record) if path.exists()],
        values=_values(layout, record),
    )


def _artifacts(layout: Layout, record: JobRecord) -> list[tuple[Path, str]]:
    if record.method is None or record.seed is None:
        if record.stage == "report":
            kinds = [(path, path.parent.name) for path in sorted(layout.reports.glob("*/*"))]
            return [*kinds, (layout.reports / "index.html", "")]
        if record.stage == "segmenter":
            return [(path, "") for path in sorted(layout.segmenter.glob("*"))]
        folder = {"data": layout.data, "conditions": layout.conditions}.get(record.stage, layout.pairs)
        return [(path, "") for path in sorted(folder.glob("*.csv"))]
    folders = layout.run(record.method, record.seed)
    if record.stage == "train":
        files = [folders.checkpoint, folders.train / "summary.json", folders.train / "curves.jsonl"]
        sheets = sorted((folders.train / "samples").glob("*.png"))
        return [*((path, "") for path in files), *((path, "samples") for path in sheets)]
    if record.stage == "translate":
        images = sorted((folders.translate / "images").glob("*.png"))[:_SHOWN_IMAGES]
        return [(folders.translate / "index.csv", ""), *((path, "images") for path in images)]
    return [(path, "") for path in sorted(folders.metrics.glob("*.csv"))]


def _values(layout: Layout, record: JobRecord) -> dict[str, float]:
    if record.stage == "data":
        index = read_table(layout.data / "index.csv", ["id", "split"])
        counts = index["split"].value_counts()
        return {f"images.{split}": float(count) for split, count in counts.items()}
    if record.stage == "report":
        path = layout.reports / "tables" / "metrics.json"
        means = read_json(path) if path.exists() else {}
        return {
            metric_key(f"{method}/{metric}"): float(value)
            for method, by_metric in means.items()
            for metric, value in by_metric.items()
        } | _differences(layout.reports / "tables" / "differences.csv")
    if record.stage == "metrics" and record.method is not None and record.seed is not None:
        path = layout.run(record.method, record.seed).metrics / "values.csv"
        table = read_table(path, ["method", "metric", "value"], numbers=["value"])
        # The controls' job scores several methods: their names go into the key.
        several = table["method"].nunique() > 1
        return {
            metric_key(f"{row.method}/{row.metric}" if several else str(row.metric)): float(row.value)
            for row in table.itertuples()
            if row.value == row.value
        }
    return {}


def is_difference(key: str) -> bool:
    """Whether a number of a report is of how one method differs from the first."""
    return key.startswith("differences/")


def _differences(path: Path) -> dict[str, float]:
    """Each method minus the first, by metric, with the ends of the interval and the corrected p."""
    if not path.exists():
        return {}
    numbers = ["difference", "low", "high", "p_holm"]
    rows = read_table(path, ["metric", "method", *numbers], numbers=numbers).itertuples()
    return {
        metric_key(f"differences/{row.method}/{row.metric}{part}"): float(value)
        for row in rows
        for part, value in (
            ("", row.difference), ("/low", row.low), ("/high", row.high), ("/p_holm", row.p_holm)
        )
    }  # fmt: skip


def manifest_digest(path: Path) -> str:
    """A digest short enough for MLflow's dataset entry (36 characters)."""
    return sha256_of_file(path)[:32]
