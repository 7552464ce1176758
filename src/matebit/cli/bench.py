"""`matebit bench NAME`: what the program can measure of itself on this machine."""

from __future__ import annotations

import os
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


Images = Annotated[int, typer.Option(min=2, help="Images in each of the two sets.")]
Side = Annotated[int, typer.Option(min=32, help="Their side in px, a multiple of 16.")]
Threads = Annotated[int | None, typer.Option(min=1, help="CPU threads; default: one for each core.")]


@bench.command("swd")
def _swd(images: Images = 64, side: Side = 256, threads: Threads = None) -> None:
    """The sliced Wasserstein distance against two textbook forms in numpy, on the same images."""
    from matebit.bench.swd import run

    timings = run(images, side, threads or os.cpu_count() or 1)
    for timing in timings:
        wall = timing.seconds / timings[0].seconds
        cpu = timing.cpu_seconds / timings[0].cpu_seconds
        typer.echo(
            f"{timing.name:32}{timing.seconds:9.2f} s {wall:6.1f} x   {timing.cpu_seconds:9.2f} core-s "
            f"{cpu:6.1f} x   SWD {timing.swd:.4f}"
        )


@bench.command("metrics-memory")
def _metrics_memory(
    images: Images = 30_000, side: Side = 256, batch: int = 16, threads: Threads = None
) -> None:
    """Memory that FID statistics, SWD and relevance hold beyond the networks while images stream by."""
    from matebit.bench.stream import run

    for held in run(images, side, batch, threads or os.cpu_count() or 1):
        typer.echo(f"{held.metric:10}{held.bytes / 1e6:9.0f} MB {held.seconds:9.1f} s")
