"""Values as a table in the forms that people hand on: CSV, JSON, Markdown."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from tabulate import tabulate

from matebit.contracts.measures import describe, sort_key
from matebit.errors import MatebitError
from matebit.io.files import write_text
from matebit.metrics.base import Value

COLUMNS = ["metric", "value", "n", "features", "protocol"]
FORMS = {".csv": "csv", ".json": "json", ".md": "markdown"}


def _for_json(number: float) -> float | str | None:
    """JSON knows no infinity (PSNR of equal images), and no NaN."""
    if math.isnan(number):
        return None
    return number if math.isfinite(number) else str(number)


@dataclass(frozen=True)
class Scores:
    """What `matebit.score` found. `values`: one a number; `images`: metric -> name -> value of an image."""

    values: list[Value]
    images: dict[str, dict[str, float]]

    def __getitem__(self, metric: str) -> float:
        """The value called `metric`: `ssim`, `fid@pytorch`. Raises `KeyError`."""
        return {value.metric: value.value for value in self.values}[metric]

    def frame(self) -> pd.DataFrame:
        """The values as a table: metric, value, n, features, protocol."""
        return pd.DataFrame([vars(value) for value in self.values], columns=COLUMNS)

    def csv(self) -> str:
        """The values as an experiment's `values.csv` has them, to nine significant digits."""
        return self.frame().to_csv(index=False, float_format="%.9g", lineterminator="\n")

    def images_csv(self) -> str:
        """The values of single images: id, metric, value."""
        rows = [
            (name, metric, value)
            for metric, by_name in self.images.items()
            for name, value in by_name.items()
        ]
        frame = pd.DataFrame(rows, columns=["id", "metric", "value"])
        return frame.to_csv(index=False, float_format="%.9g", lineterminator="\n")

    def json(self) -> str:
        """Values and images in full precision; an infinite number is a string, NaN null."""
        document = {
            "values": [vars(value) | {"value": _for_json(value.value)} for value in self.values],
            "images": {
                metric: {name: _for_json(number) for name, number in by_name.items()}
                for metric, by_name in self.images.items()
            },
        }
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def markdown(self) -> str:
        """A table to paste, which way is better in its heads, the protocols below it."""
        ordered = sorted(self.values, key=lambda value: sort_key(value.metric))
        protocols = list(dict.fromkeys(value.protocol for value in ordered))
        rows = [
            [
                f"{info.title} {info.arrow}".strip(),
                f"{value.value:.{info.digits}f}",
                value.n,
                value.features,
                protocols.index(value.protocol) + 1,
            ]
            for value in ordered
            for info in [describe(value.metric)]
        ]
        table = tabulate(
            rows,
            ["metric", "value", "images", "features", "protocol"],
            tablefmt="github",
            disable_numparse=True,
            colalign=("left", "right", "right", "left", "right"),
        )
        notes = "\n".join(f"{number}. {protocol}" for number, protocol in enumerate(protocols, start=1))
        return f"{table}\n\n{notes}\n"

    def text(self, form: str) -> str:
        """The values as `csv`, `json` or `markdown`."""
        return {"csv": self.csv, "json": self.json, "markdown": self.markdown}[form]()

    def write(self, path: Path | str) -> None:
        """Write the values atomically in the form that the file's ending names: .csv, .json, .md."""
        path = Path(path)
        write_text(path, self.text(form_of(path)))


def form_of(path: Path) -> str:
    """The form that a file's ending names. Raises `MatebitError`."""
    if path.suffix.lower() not in FORMS:
        raise MatebitError(f"{path}: the ending says the form: one of {', '.join(FORMS)}")
    return FORMS[path.suffix.lower()]
