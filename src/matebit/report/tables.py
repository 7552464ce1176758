"""Tables as files: CSV with everything, Markdown and LaTeX as a paper shows them."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from matebit.config.controls import CONTROLS
from matebit.report.comparison import Cell, Column, Row, Table

CSV_COLUMNS = [
    "row", "method", "metric", "features", "better", "mean", "deviation", "low", "high", "mark",
    "n", "seeds", "exemplar_rank", "exemplars_from", "protocol",
]  # fmt: skip
GROUPS = (
    ("to the true answer", {"mae", "ssim", "psnr", "chroma", "feature_distance", "lpips", "semantic"}),
    ("to exemplar and condition", {"texture", "colour", "edge_f1"}),
    ("matching", {"pck", "epe", "confidence"}),
)


@dataclass(frozen=True)
class Setting:
    """What every table states besides its numbers."""

    exemplar_rank: int
    exemplars_from: str
    level: float

    def notes(self, table: Table) -> list[str]:
        """Sentences below a table: marks, intervals, n, seeds, exemplars, features."""
        counts = sorted({cell.n for cell in table.cells.values()})
        seeds = max((cell.seeds for cell in table.cells.values()), default=1)
        number = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}" if counts else "0"
        spread = "mean ± standard deviation over seeds" if seeds > 1 else "one seed, so no deviation"
        named = sorted({column.features for column in table.columns} - {"pixels"})
        return [
            f"n = {number} test images; {seeds} {'seeds' if seeds > 1 else 'seed'}: {spread}.",
            f"Intervals: {self.level:.0%} bootstrap over the test images, per-image metrics only.",
            "Best and second best are marked only where the interval overlaps with no other; the "
            "ground truth does not compete.",
            f"Exemplars: rank {self.exemplar_rank}, from the {self.exemplars_from} split.",
            *([f"Features: {'; '.join(named)}."] if named else []),
        ]


def number(value: float, digits: int) -> str:
    """A number with its digits; infinity as a sign."""
    return "∞" if math.isinf(value) else f"{value:.{digits}f}"


def csv_rows(table: Table, setting: Setting) -> list[dict]:
    """A row a cell, with everything needed to repeat it."""
    rows = []
    for (row, column), cell in table.cells.items():
        low, high = cell.interval or (None, None)
        values = [
            row.title, row.method, cell.metric, column.features, column.info.better, cell.mean,
            cell.deviation, low, high, cell.mark, cell.n, cell.seeds, setting.exemplar_rank,
            setting.exemplars_from, column.protocol,
        ]  # fmt: skip
        rows.append(dict(zip(CSV_COLUMNS, values, strict=True)))
    return rows


def _text(cell: Cell | None, column: Column) -> str:
    """`0.812 ± 0.004`, or a dash."""
    if cell is None:
        return "–"
    digits = column.info.digits
    text = number(cell.mean, digits)
    return text if cell.deviation is None else f"{text} ± {number(cell.deviation, digits)}"


def heading(column: Column, columns: Sequence[Column]) -> str:
    """The metric's title and direction; the features too where two columns differ by them alone."""
    twins = [other for other in columns if other.metric == column.metric]
    which = f" ({column.features})" if len(twins) > 1 else ""
    return f"{column.info.title}{which} {column.info.arrow}".strip()


def _escape_markdown(text: str) -> str:
    return re.sub(r"([\\|*_<>`\[\]])", r"\\\1", text)


def markdown(table: Table, title: str, setting: Setting) -> str:
    """A Markdown table, intervals in parentheses, best bold, second best underlined."""

    def shown(row: Row, column: Column) -> str:
        cell = table.cell(row, column)
        text = _text(cell, column)
        if cell is None:
            return text
        mark = {"best": f"**{text}**", "second": f"<u>{text}</u>"}.get(cell.mark, text)
        if cell.interval is None:
            return mark
        low, high = (number(end, column.info.digits) for end in cell.interval)
        return f"{mark} ({low}–{high})"

    head = ["Method", *(heading(column, table.columns) for column in table.columns)]
    lines = [
        f"# {_escape_markdown(title)}",
        "",
        "| " + " | ".join(map(_escape_markdown, head)) + " |",
    ]
    lines.append("|" + "|".join([":--", *["--:"] * len(table.columns)]) + "|")
    for row in table.rows:
        cells = [_escape_markdown(row.title), *(shown(row, column) for column in table.columns)]
        lines.append("| " + " | ".join(cells) + " |")
    notes = [f"- {_escape_markdown(note)}" for note in setting.notes(table)]
    protocols = [
        f"- {_escape_markdown(heading(column, table.columns))}: "
        f"{_escape_markdown(column.info.meaning)}; {_escape_markdown(column.features)}; "
        f"{_escape_markdown(column.protocol)}."
        for column in table.columns
    ]
    return "\n".join([*lines, "", *notes, "", "How each number is made:", "", *protocols, ""])


_TEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "±": r"$\pm$", "∞": r"$\infty$",
    "–": "--", "↑": r"$\uparrow$", "↓": r"$\downarrow$", "<": r"$<$", ">": r"$>$",
}  # fmt: skip


def escape_tex(text: str) -> str:
    """Text that LaTeX prints as it is."""
    return "".join(_TEX.get(letter, letter) for letter in text)


def _tex_cell(cell: Cell | None, column: Column) -> str:
    if cell is None:
        return "--"
    digits = column.info.digits
    text = escape_tex(number(cell.mean, digits))
    wrapped = {"best": rf"\textbf{{{text}}}", "second": rf"\underline{{{text}}}"}.get(cell.mark, text)
    if cell.deviation is None:
        return wrapped
    return rf"{wrapped}\,{{\tiny$\pm${escape_tex(number(cell.deviation, digits))}}}"


def _tex_groups(columns: Sequence[Column]) -> list[tuple[str, int]]:
    """Runs of neighbouring columns under one heading."""
    from matebit.contracts.measures import kind_of

    names = [
        next((name for name, kinds in GROUPS if kind_of(column.metric) in kinds), "whole set")
        for column in columns
    ]
    runs: list[tuple[str, int]] = []
    for name in names:
        if runs and runs[-1][0] == name:
            runs[-1] = (name, runs[-1][1] + 1)
        else:
            runs.append((name, 1))
    return runs


def latex(table: Table, title: str, label: str, setting: Setting) -> str:
    r"""A two-column `table*` for booktabs, shrunk to the text width only if it is wider."""
    runs = _tex_groups(table.columns)
    over, rules, start = [""], [], 2
    for name, width in runs:
        over.append(rf"\multicolumn{{{width}}}{{c}}{{{escape_tex(name)}}}")
        rules.append(rf"\cmidrule(lr){{{start}-{start + width - 1}}}")
        start += width
    heads = [escape_tex(heading(column, table.columns)) for column in table.columns]
    body, kinds = [], [row.method in CONTROLS for row in table.rows]
    for place, row in enumerate(table.rows):
        if place and kinds[place] and not kinds[place - 1]:
            body.append(r"\midrule")
        cells = [escape_tex(row.title), *(_tex_cell(table.cell(row, c), c) for c in table.columns)]
        body.append(" & ".join(cells) + r" \\")
    caption = escape_tex(" ".join([f"{title}.", *setting.notes(table)]))
    lines = [
        "% Needs: booktabs, adjustbox.",
        r"\begin{table*}[t]",
        r"\centering\small",
        r"\begin{adjustbox}{max width=\textwidth}",
        rf"\begin{{tabular}}{{l{'c' * len(table.columns)}}}",
        r"\toprule",
        " & ".join(over) + r" \\",
        " ".join(rules),
        " & ".join(["Method", *heads]) + r" \\",
        r"\midrule",
        *body,
        r"\bottomrule",
        r"\end{tabular}",
        r"\end{adjustbox}",
        rf"\caption{{{caption}}}",
        rf"\label{{tab:{label}}}",
        r"\end{table*}",
        "",
    ]
    return "\n".join(lines)
