"""Other experiments whose results stand in a report: `report.more_results`. Imports nothing heavy."""

from __future__ import annotations

from matebit.config.report import ReportConfig
from matebit.errors import MatebitError
from matebit.pipeline.layout import Layout


def other_layouts(config: ReportConfig, layout: Layout) -> list[Layout]:
    """The other experiments, each of which has a report.

    Raises `MatebitError` where one has none yet, or is this experiment itself.
    """
    others = [Layout(name, layout.base) for name in config.more_results]
    for other in others:
        if other.name == layout.name:
            raise MatebitError(f"report.more_results names {other.name}, the experiment itself; leave it out")
        if not (other.reports / "manifest.csv").exists():
            raise MatebitError(
                f"report.more_results names {other.name}, but {other.reports}/manifest.csv is absent; run "
                "that experiment to its end first"
            )
    return others


def other_manifests(config: ReportConfig, layout: Layout) -> list[str]:
    """The others' manifests: for each one file that changes whenever anything of the experiment does."""
    return [(other.reports / "manifest.csv").as_posix() for other in other_layouts(config, layout)]
