"""Which engine an experiment belongs to: `results/NAME` is written by the one that began it."""

from __future__ import annotations

from pathlib import Path

from matebit.errors import MatebitError
from matebit.io.files import write_text
from matebit.pipeline.layout import Layout

ENGINES = ("snakemake", "dvc", "hand")


def _marker(layout: Layout) -> Path:
    return layout.results / ".engine"


def owner(layout: Layout) -> str | None:
    """The engine that began `results/NAME`, None where none has."""
    marker = _marker(layout)
    return marker.read_text(encoding="utf-8").strip() if marker.exists() else None


def claim(layout: Layout, engine: str) -> None:
    """Mark `results/NAME` as begun by `engine`; raise if another engine began it."""
    check_owner(layout, engine)
    marker = _marker(layout)
    if not marker.exists():
        write_text(marker, engine + "\n")


def check_owner(layout: Layout, engine: str) -> None:
    """Raise a `MatebitError` if another engine than `engine` began `results/NAME`."""
    begun_by = owner(layout) or engine
    if begun_by != engine:
        raise MatebitError(
            f"{layout.results} was begun by {begun_by}, not by {engine}; go on with {begun_by}, choose "
            f"another name in the params file, or remove {layout.results}, {layout.reports} and "
            f"{layout.state}"
        )
