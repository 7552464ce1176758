"""What those who keep the program use: speed, README's figure, the checkpoint that is shipped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matebit.cli.arguments import Method, ResolvedFile, Seed
from matebit.cli.bench import bench

PANEL = "For maintainers"


def _opening_figure(
    out: Annotated[Path, typer.Option(help="The picture to write (docs/images/opening.jpg).")],
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="C", help="A checkpoint; default: the one shipped.")
    ] = None,
    size: Annotated[int | None, typer.Option(metavar="PX", help="Side of what the network sees.")] = None,
    enlarge: Annotated[int, typer.Option(metavar="K", help="Cells so many times as large.")] = 1,
) -> None:
    """Make README's first figure: a photograph and sitters in the styles of paintings.

    Example: matebit opening-figure --out docs/images/opening.jpg
    """
    from matebit.translate.enlarge import checked_factor
    from matebit.translate.opening_figure import write_opening_figure
    from matebit.translate.translator import load
    from matebit.weights.shipped import shipped_checkpoint

    write_opening_figure(load(checkpoint or shipped_checkpoint()), out, size, checked_factor(enlarge))
    typer.echo(str(out))


def _ship(
    params: ResolvedFile,
    method: Method,
    seed: Seed,
) -> None:
    """Make a scored run the checkpoint that the program comes with, its provenance beside it.

    Example: matebit ship results/portraits-sketch/params.yaml matebit --seed 1
    """
    from matebit.config.read import read_resolved
    from matebit.pipeline.layout import Layout
    from matebit.translate.shipped import ship

    for path in ship(read_resolved(params), Layout.of(params), method, seed):
        typer.echo(str(path))


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.add_typer(bench, name="bench", rich_help_panel=PANEL)
    app.command("ship", rich_help_panel=PANEL)(_ship)
    app.command("opening-figure", rich_help_panel=PANEL)(_opening_figure)
