"""The figures by name, each drawn alone from files on disk, with its sidecar of provenance."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from matebit.errors import MatebitError
from matebit.io.files import write_json
from matebit.pipeline.layout import Layout
from matebit.report.experiment import Experiment
from matebit.report.provenance import provenance
from matebit.report.style import paper_style, save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from matebit.config.schema import ResolvedParams


class Drawing(Protocol):
    """A module of a figure."""

    CAPTION: str

    def available(self, experiment: Experiment) -> bool:
        """Whether the experiment has what the figure shows."""

    def draw(self, experiment: Experiment) -> tuple[Figure, dict[str, Any]]:
        """The figure, and what it shows (items, methods, ...) for the sidecar."""


FIGURES: dict[str, str] = {
    "comparison": "matebit.report.figure_comparison",
    "results": "matebit.report.figure_results",
    "matrix": "matebit.report.figure_matrix",
    "applications": "matebit.report.figure_applications",
    "impact": "matebit.report.figure_impact",
    "blocks": "matebit.report.figure_blocks",
    "curves": "matebit.report.figure_curves",
    "metrics": "matebit.report.figure_metrics",
    "confidence": "matebit.report.figure_confidence",
    "correspondence": "matebit.report.figure_correspondence",
    "mask": "matebit.report.figure_mask",
}


def drawing(name: str) -> Drawing:
    """The module of the figure `name`; an unknown one is a `MatebitError`."""
    if name not in FIGURES:
        raise MatebitError(f"no figure is called {name!r} (known: {', '.join(FIGURES)})")
    module: Any = import_module(FIGURES[name])
    return module


def draw(name: str, params: ResolvedParams, layout: Layout) -> list[Path]:
    """Draw one figure anew: `figures/NAME.png`, `.pdf` and the sidecar `.json`."""
    experiment = Experiment(params, layout)
    if not drawing(name).available(experiment):
        raise MatebitError(f"{layout.results} has nothing that the figure {name!r} could show")
    return draw_figure(name, experiment, provenance(experiment))


def draw_figure(name: str, experiment: Experiment, origin: dict[str, Any]) -> list[Path]:
    """Draw an available figure; `origin` is the experiment's provenance."""
    stem = experiment.layout.reports / "figures" / name
    module = drawing(name)
    with paper_style():
        figure, shows = module.draw(experiment)
        files = save(figure, stem, experiment.params.report.dpi)
    sidecar = stem.with_suffix(".json")
    write_json(
        sidecar,
        {
            "figure": name,
            "caption": module.CAPTION,
            "redraw": f"matebit figure {name} results/{experiment.layout.name}/params.yaml",
            "shows": shows,
            "origin": origin,
        },
    )
    return [*files, sidecar]
