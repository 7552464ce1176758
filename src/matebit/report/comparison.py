"""Methods by metrics, with spread, intervals, and marks where a difference is sure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from matebit.config.report import ReportConfig
from matebit.contracts.measures import Info, describe, is_headline, kind_of, sort_key
from matebit.report.scores import Scores, bootstrap_interval

TITLES = {
    "truth": "Ground truth",
    "exemplar": "Exemplar copied",
    "label_mean": "No exemplar (label mean)",
    "equal_position": "Equal position",
}
EQUAL_POSITION = "/equal_position"
# The answer itself is no competitor; the other controls are, or a method worse than copying could
# win.
UNRANKED = "truth"


@dataclass(frozen=True)
class Column:
    """One metric with one kind of features: numbers of other features stand in another column."""

    metric: str
    features: str
    protocol: str

    @property
    def info(self) -> Info:
        """Title, direction, digits."""
        return describe(self.metric)


@dataclass(frozen=True)
class Row:
    """One method; `suffix` narrows metrics to a block and a kind of match (`/argmax/block1`)."""

    method: str
    title: str
    suffix: str = ""


@dataclass(frozen=True)
class Cell:
    """Mean over seeds, their standard deviation, the interval over test images, and the mark."""

    metric: str
    mean: float
    deviation: float | None
    interval: tuple[float, float] | None
    n: int
    seeds: int
    mark: str = ""  # "best", "second" or nothing


@dataclass(frozen=True)
class Table:
    """Rows by columns; a missing cell is a metric that the method cannot have."""

    rows: list[Row]
    columns: list[Column]
    cells: dict[tuple[Row, Column], Cell]

    def of(self, metrics: Sequence[str]) -> Table:
        """The same with the columns of `metrics` alone, and without rows that are empty then."""
        columns = [column for column in self.columns if column.metric in metrics]
        rows = [row for row in self.rows if any((row, column) in self.cells for column in columns)]
        cells = {(row, column): cell for (row, column), cell in self.cells.items() if column in columns}
        return Table(rows, columns, cells)

    def cell(self, row: Row, column: Column) -> Cell | None:
        """The cell, if there is one."""
        return self.cells.get((row, column))


def _metric_of(row: Row, column: Column) -> str:
    """The metric of this cell: `pck@0.1` in a row of block 1 is `pck@0.1/argmax/block1`."""
    if column.metric == "confidence" and row.suffix:
        how, block = row.suffix.rsplit("/", 1)
        return f"confidence/{block}" if how == "/argmax" else "-"
    return column.metric + row.suffix


def _measured_interval(scores: Scores, method: str, metric: str, features: str) -> tuple[float, float] | None:
    """The interval that a metric of whole sets comes with, as `METRIC/low` and `/high`; means over seeds."""
    ends = [scores.of(method, f"{metric}/{end}", features)["value"] for end in ("low", "high")]
    return None if any(end.empty for end in ends) else (float(ends[0].mean()), float(ends[1].mean()))


def _cell(scores: Scores, row: Row, column: Column, config: ReportConfig, seed: int) -> Cell | None:
    metric = _metric_of(row, column)
    found = scores.of(row.method, metric, column.features)
    if found.empty:
        return None
    # Matching by equal position has no training: its value is the same under every seed.
    values = found["value"].to_numpy()[: 1 if row.suffix == EQUAL_POSITION else None]
    by_image = scores.by_image(row.method, metric).to_numpy()
    interval = bootstrap_interval(by_image, config.bootstrap, config.level, seed)
    return Cell(
        metric,
        float(values.mean()),
        float(values.std(ddof=1)) if len(values) > 1 else None,
        interval or _measured_interval(scores, row.method, metric, column.features),
        int(found["n"].min()),
        len(values),
    )


def _apart(one: Cell, other: Cell) -> bool:
    assert one.interval is not None
    assert other.interval is not None
    return one.interval[1] < other.interval[0] or other.interval[1] < one.interval[0]


def _marks(cells: dict[Row, Cell], higher: bool) -> dict[Row, str]:
    """Best and second best of the rows whose interval overlaps with no other's."""
    ranked = sorted(
        (row for row, cell in cells.items() if row.method != UNRANKED and cell.interval),
        key=lambda row: cells[row].mean,
        reverse=higher,
    )
    marks = {}
    for row, mark in zip(ranked, ("best", "second"), strict=False):
        others = [other for other in ranked if other != row]
        # The second of two is the last: no distinction.
        enough = len(ranked) > (1 if mark == "best" else 2)
        if enough and all(_apart(cells[row], cells[other]) for other in others):
            marks[row] = mark
    return marks


def build_table(
    scores: Scores, rows: Sequence[Row], columns: Sequence[Column], config: ReportConfig, seed: int
) -> Table:
    """Fill and mark the cells; rows and columns without any value are left out."""
    cells: dict[tuple[Row, Column], Cell] = {}
    for column in columns:
        made = {row: _cell(scores, row, column, config, seed) for row in rows}
        known = {row: cell for row, cell in made.items() if cell and not math.isnan(cell.mean)}
        marks = {}
        if column.info.better != "neither":
            marks = _marks(known, column.info.better == "higher")
        for row, cell in known.items():
            cells[row, column] = replace(cell, mark=marks.get(row, ""))
    return Table(
        [row for row in rows if any((row, column) in cells for column in columns)],
        [column for column in columns if any((row, column) in cells for row in rows)],
        cells,
    )


def _columns(scores: Scores, kinds: set[str] | None = None) -> list[Column]:
    """Headline metrics, of certain kinds, once for every kind of features.

    The protocol is that of the first.
    """
    table = scores.values
    seen: dict[tuple[str, str], str] = {}
    for row in table.itertuples():
        if is_headline(row.metric) and (kinds is None or kind_of(row.metric) in kinds):
            seen.setdefault((row.metric, row.features), row.protocol)
    return [
        Column(metric, features, seen[metric, features])
        for metric, features in sorted(seen, key=lambda key: (sort_key(key[0]), key[1]))
    ]


def method_title(method: str) -> str:
    """How a method is called in tables and figures."""
    return TITLES.get(method, method)


def comparison_table(
    scores: Scores, methods: Sequence[str], controls: Sequence[str], config: ReportConfig, seed: int
) -> Table:
    """Methods, matching by equal position, then the controls, by every headline metric."""
    rows = [Row(method, method_title(method)) for method in methods]
    reference = [Row(methods[0], TITLES["equal_position"], EQUAL_POSITION)]
    rows += reference + [Row(control, method_title(control)) for control in controls]
    return build_table(scores, rows, _columns(scores), config, seed)


def matching_table(scores: Scores, methods: Sequence[str], config: ReportConfig, seed: int) -> Table:
    """Every block's matches, by argmax and soft-argmax, against matching by equal position."""
    suffixes = sorted(
        {
            "/" + metric.split("/", 1)[1]
            for metric in scores.values["metric"]
            if kind_of(metric) == "epe" and "block" in metric
        },
        key=lambda suffix: (int(suffix.rsplit("block", 1)[1]), suffix),
    )
    rows = [
        Row(
            method,
            f"{method_title(method)}, block {suffix.rsplit('block', 1)[1]}, {suffix.split('/')[1]}",
            suffix,
        )
        for method in methods
        for suffix in suffixes
    ]
    rows.append(Row(methods[0], TITLES["equal_position"], EQUAL_POSITION))
    return build_table(scores, rows, _columns(scores, {"pck", "epe", "confidence"}), config, seed)
