"""What the Tab key offers beside files: experiments here, their methods and seeds, names of the program.

A shell asks at every Tab, so nothing heavy is loaded but pandas for the names of figures. Where nothing fits,
the shell offers files.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import typer

from matebit.config.controls import CONTROLS_RUN


def _beginning(names: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def resolved_files(incomplete: str) -> list[str]:
    """`results/NAME/params.yaml` of the experiments here."""
    return _beginning(sorted(map(str, Path("results").glob("*/params.yaml"))), incomplete)


def params_files_here(incomplete: str) -> list[str]:
    """`params/NAME.yaml` here."""
    return _beginning(sorted(map(str, Path("params").glob("*.yaml"))), incomplete)


def experiments(incomplete: str) -> list[str]:
    """Names of the experiments here."""
    return _beginning(sorted(path.parent.name for path in Path("results").glob("*/params.yaml")), incomplete)


def methods(ctx: typer.Context, incomplete: str) -> list[str]:
    """Methods of the experiment that the command line names."""
    return _beginning(map(str, _resolved(ctx).get("order", [])), incomplete)


def scored(ctx: typer.Context, incomplete: str) -> list[str]:
    """Its methods, and the controls."""
    return [*methods(ctx, incomplete), *_beginning([CONTROLS_RUN[0]], incomplete)]


def seeds(ctx: typer.Context, incomplete: str) -> list[str]:
    """Seeds of the experiment that the command line names."""
    return _beginning(map(str, _resolved(ctx).get("seeds", [])), incomplete)


def _resolved(ctx: typer.Context) -> dict[str, Any]:
    import yaml

    # An option without its value ends the parsing: the words before it are then in `args`.
    named = [ctx.params.get("params"), *ctx.args]
    for path in (Path(str(word)) for word in named if str(word).endswith(".yaml")):
        try:
            value = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError):
            continue
        if isinstance(value, dict):
            return value
    return {}


def given_params(incomplete: str) -> list[str]:
    """Params files that come with the program."""
    from matebit.project.given import params_files

    return _beginning(params_files(), incomplete)


def weight_names(incomplete: str) -> list[str]:
    """Names of pretrained weights."""
    from matebit.weights.registry import weights

    return _beginning(weights(), incomplete)


def figure_names(incomplete: str) -> list[str]:
    """Figures of a report."""
    from matebit.report.figures import FIGURES

    return _beginning(FIGURES, incomplete)


def metric_names(incomplete: str) -> list[str]:
    """Names of metrics; after a comma the next one."""
    from matebit.metrics.registry import METRICS

    before, comma, last = incomplete.rpartition(",")
    return [before + comma + name for name in _beginning(METRICS, last)]
