"""Which engine an experiment belongs to: `results/NAME` is written by the one that began it."""

from __future__ import annotations

from matebit.errors import MatebitError
from matebit.io.files import write_text
from matebit.pipeline.layout import Layout

ENGINES = ("snakemake", "dvc", "hand")


def claim(layout: Layout, engine: str) -> None:
    """Mark `results/NAME` as begun by `engine`; raise if another engine began it."""
    check_owner(layout, engine)
    marker = layout.results / ".engine"
    if not marker.exists():
        write_text(marker, engine + "\n")


def check_owner(layout: Layout, engine: str) -> None:
    """Raise a `MatebitError` if another engine than `engine` began `results/NAME`."""
    marker = layout.results / ".engine"
    owner = marker.read_text(encoding="utf-8").strip() if marker.exists() else engine
    if owner != engine:
        raise MatebitError(
            f"{layout.results} was begun by {owner}, not by {engine}; go on with {owner}, choose another "
            f"name in the params file, or remove {layout.results}, {layout.reports} and {layout.state}"
        )
