"""The manifest: what two runs of the same parameters must write byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matebit.io.files import sha256_of_file
from matebit.io.tables import write_table
from matebit.pipeline.layout import Layout

NAME = "manifest.csv"
COLUMNS = ["file", "bytes", "sha256"]


def manifest_rows(layout: Layout) -> Iterator[dict]:
    """Every file of `results/NAME` and `reports/NAME` but the manifest and hidden ones, by path.

    Logs, benchmarks, resumable state and run ids lie elsewhere: they hold wall-clock times.
    """
    for folder in (layout.reports, layout.results):
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(layout.base).parts
            if path.is_file() and path != layout.reports / NAME and not any(p.startswith(".") for p in parts):
                yield {
                    "file": Path(*parts).as_posix(),
                    "bytes": path.stat().st_size,
                    "sha256": sha256_of_file(path),
                }


def write_manifest(layout: Layout) -> None:
    """Write `reports/NAME/manifest.csv`."""
    write_table(layout.reports / NAME, manifest_rows(layout), COLUMNS)
