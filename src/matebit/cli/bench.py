"""`matebit bench NAME`: what the program can measure of itself on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

bench = typer.Typer(help="Measure the program on this machine.", no_args_is_help=True)


@bench.command("conditions")
def _conditions(
    root: Annotated[
        Path | None, typer.Option(help="A folder laid out as CelebAMask-HQ; default: bundled portraits.")
    ] = None,
    size: Annotated[int, typer.Option(min=16, help="Side of the conditions in px.")] = 256,
    images: Annotated[
        int, typer.Option(min=8, help="Images to compute, of those in the folder in turn.")
    ] = 128,
) -> None:
    """Face edges from files on all cores, as described in one process, and reading them for training."""
    from matebit.bench.conditions import run

    for line in run(root, size, images).lines:
        typer.echo(line)
