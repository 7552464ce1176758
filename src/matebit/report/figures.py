"""The figures by name, each drawn alone from files on disk, with its sidecar of provenance."""

from __future__ import annotations

from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from matebit.errors import MatebitError
from matebit.io.files import write_json
from matebit.pipeline.layout import Layout
from matebit.report.drawing import Drawing
from matebit.report.experiment import Experiment
from matebit.report.provenance import provenance
from matebit.report.style import paper_style, save

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams


FIGURES: dict[str, str] = {
    "comparison": "matebit.report.figure_grids:COMPARISON",
    "results": "matebit.report.figure_grids:RESULTS",
    "matrix": "matebit.report.figure_grids:MATRIX",
    "applications": "matebit.report.figure_grids:APPLICATIONS",
    "impact": "matebit.report.figure_grids:IMPACT",
    "blocks": "matebit.report.figure_blocks:BLOCKS",
    "curves": "matebit.report.figure_logs:CURVES",
    "metrics": "matebit.report.figure_metrics:METRICS",
    "confidence": "matebit.report.figure_grids:CONFIDENCE",
    "correspondence": "matebit.report.figure_correspondence:CORRESPONDENCE",
    "mask": "matebit.report.figure_logs:MASK",
}


def drawing(name: str) -> Drawing:
    """The figure `name`; an unknown one is a `MatebitError`."""
    if name not in FIGURES:
        raise MatebitError(f"no figure is called {name!r} (known: {', '.join(FIGURES)})")
    return resolve_name(FIGURES[name])


def draw(name: str, params: ResolvedParams, layout: Layout) -> list[Path]:
    """Draw one figure anew: `figures/NAME.png`, `.pdf` and the sidecar `.json`."""
    experiment = Experiment(params, layout)
    if not drawing(name).available(experiment):
        raise MatebitError(f"{layout.results} has nothing that the figure {name!r} could show")
    return draw_figure(name, experiment, provenance(experiment))


def draw_figure(name: str, experiment: Experiment, origin: dict[str, Any]) -> list[Path]:
    """Draw an available figure; `origin` is the experiment's provenance."""
    stem = experiment.layout.reports / "figures" / name
    drawn = drawing(name)
    with paper_style():
        figure, shows = drawn.draw(experiment)
        files = save(figure, stem, experiment.params.report.dpi)
    sidecar = stem.with_suffix(".json")
    write_json(
        sidecar,
        {
            "figure": name,
            "caption": drawn.caption,
            "redraw": f"matebit figure {name} results/{experiment.layout.name}/params.yaml",
            "shows": shows,
            "origin": origin,
        },
    )
    return [*files, sidecar]
