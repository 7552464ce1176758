"""`matebit bench NAME`: what the program can measure of itself on this machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from matebit.cli.arguments import ResolvedFile
from matebit.errors import MatebitError

if TYPE_CHECKING:
    from matebit.bench.networks import Case

bench = typer.Typer(
    help="Measure the program on this machine.\n\nExample: matebit bench translate", no_args_is_help=True
)

Variant = Annotated[str, typer.Option(help="matebit or released.")]
Width = Annotated[int, typer.Option(help="Width of generator and discriminator.")]
Size = Annotated[int, typer.Option(help="Side of the images, in pixels.")]
BatchSize = Annotated[int, typer.Option(min=1, help="Images at once.")]
Repeats = Annotated[int, typer.Option(min=1, help="Repeats; the median counts.")]
WarmUp = Annotated[int, typer.Option(min=1, help="Repeats before these.")]
Threads = Annotated[int, typer.Option(min=1, help="Threads of the CPU.")]
Device = Annotated[str, typer.Option(help="auto, cpu or cuda.")]
Precision = Annotated[str, typer.Option(help="auto, float32 or bfloat16.")]
Stride = Annotated[int, typer.Option(help="Pixels a token, 8 or 4.")]
Plain = Annotated[bool, typer.Option("--plain", help="By the plain forms of all operations of our own.")]


def _case(**options: Any) -> Case:
    from matebit.bench.networks import Case

    for name, known in (
        ("variant", ("matebit", "released")),
        ("device", ("auto", "cpu", "cuda")),
        ("precision", ("auto", "float32", "bfloat16")),
    ):
        if options.get(name, known[0]) not in known:
            raise MatebitError(f"--{name} is one of {', '.join(known)}, not {options[name]!r}")
    return Case(**options)


@bench.command()
def translate(
    variant: Variant = "matebit",
    ngf: Width = 64,
    size: Size = 256,
    batch: BatchSize = 1,
    repeats: Repeats = 5,
    warmup: WarmUp = 2,
    threads: Threads = 1,
    device: Device = "auto",
    precision: Precision = "auto",
    stride: Stride = 8,
    plain: Plain = False,
) -> None:
    """One translation.

    Example: matebit bench translate --size 256 --threads 2
    """
    from matebit.bench.networks import translate

    case = _case(
        variant=variant, ngf=ngf, size=size, batch=batch, repeats=repeats, warmup=warmup,
        threads=threads, device=device, precision=precision, stride=stride, plain=plain,
    )  # fmt: skip
    typer.echo(translate(case).line())


@bench.command()
def train(
    variant: Variant = "matebit",
    ngf: Width = 64,
    size: Size = 256,
    batch: BatchSize = 1,
    repeats: Repeats = 5,
    warmup: WarmUp = 2,
    threads: Threads = 1,
    device: Device = "auto",
    precision: Precision = "auto",
    stride: Stride = 8,
    checkpoint_activations: Annotated[
        bool, typer.Option(help="Compute activations again in the backward.")
    ] = False,
    compile: Annotated[bool, typer.Option(help="Compile the networks with torch.compile.")] = False,
    plain: Plain = False,
) -> None:
    """One training step of both networks, all losses.

    Example: matebit bench train --ngf 16 --size 128
    """
    from matebit.bench.networks import train

    case = _case(
        variant=variant, ngf=ngf, size=size, batch=batch, repeats=repeats, warmup=warmup,
        threads=threads, device=device, precision=precision, stride=stride,
        checkpoint_activations=checkpoint_activations, compile=compile, plain=plain,
    )  # fmt: skip
    typer.echo(train(case).line())


@bench.command()
def operations(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Operations; default: each, then all.")
    ] = None,
    variant: Variant = "matebit",
    ngf: Width = 8,
    size: Size = 64,
    batch: BatchSize = 8,
    repeats: Repeats = 7,
    warmup: WarmUp = 2,
    threads: Threads = 1,
    stride: Stride = 8,
) -> None:
    """What each operation of our own gains in a training step on the CPU, in turns with its plain form.

    Example: matebit bench operations norm_prelu prelu --repeats 15
    """
    from matebit.bench.operations import HEAD, gains

    case = _case(
        variant=variant, ngf=ngf, size=size, batch=batch, repeats=repeats, warmup=warmup,
        threads=threads, device="cpu", precision="float32", stride=stride,
    )  # fmt: skip
    typer.echo(HEAD)
    for gain in gains(case, names or []):
        typer.echo(gain.line())


@bench.command()
def attention(
    backend: Annotated[str, typer.Option(help="dense or tiled.")] = "tiled",
    ngf: Width = 64,
    size: Size = 256,
    batch: BatchSize = 1,
    repeats: Repeats = 5,
    warmup: WarmUp = 2,
    threads: Threads = 1,
    device: Device = "auto",
    stride: Stride = 8,
) -> None:
    """Masked attention alone, forward and backward, over (size / stride)^2 tokens of 8 * ngf channels.

    Example: matebit bench attention --backend tiled --size 512
    """
    from matebit.bench.networks import attention

    if backend not in ("dense", "tiled"):
        raise MatebitError(f"--backend is one of dense, tiled, not {backend!r}")
    case = _case(
        ngf=ngf, size=size, batch=batch, repeats=repeats, warmup=warmup, threads=threads,
        device=device, precision="float32", stride=stride,
    )  # fmt: skip
    typer.echo(attention(case, backend).line())  # type: ignore[arg-type]


@bench.command()
def loader(
    params: ResolvedFile,
    batch: BatchSize = 8,
    batches: Annotated[int, typer.Option(min=1, help="Batches a repeat.")] = 20,
    repeats: Repeats = 5,
    warmup: WarmUp = 2,
) -> None:
    """The training set as a training reads it.

    Example: matebit bench loader results/demo/params.yaml
    """
    from matebit.bench.loader import loader

    typer.echo(loader(params, batch, batches, repeats, warmup).line())


@bench.command("conditions")
def _conditions(
    root: Annotated[
        Path | None, typer.Option(help="A folder laid out as CelebAMask-HQ; default: bundled portraits.")
    ] = None,
    size: Annotated[int, typer.Option(min=16, help="Side of the conditions in px.")] = 256,
    images: Annotated[
        int, typer.Option(min=8, help="Images to compute, of those in the folder in turn.")
    ] = 256,
) -> None:
    """Face edges from files on all cores, as described in one process, and reading them for training.

    Example: matebit bench conditions --images 64
    """
    from matebit.bench.conditions import run

    for line in run(root, size, images).lines:
        typer.echo(line)


Images = Annotated[int, typer.Option(min=2, help="Images in each of the two sets.")]
Side = Annotated[int, typer.Option(min=32, help="Their side in px, a multiple of 16.")]
AllThreads = Annotated[int | None, typer.Option(min=1, help="CPU threads; default: one for each core.")]


@bench.command("swd")
def _swd(images: Images = 64, side: Side = 256, threads: AllThreads = None) -> None:
    """The sliced Wasserstein distance against two textbook forms in numpy, on the same images.

    Example: matebit bench swd --images 64 --side 256
    """
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
    images: Images = 30_000, side: Side = 256, batch: int = 16, threads: AllThreads = None
) -> None:
    """Memory that FID statistics, SWD and relevance hold beyond the networks while images stream by.

    Example: matebit bench metrics-memory --images 1000
    """
    from matebit.bench.stream import run

    for held in run(images, side, batch, threads or os.cpu_count() or 1):
        typer.echo(f"{held.metric:10}{held.bytes / 1e6:9.0f} MB {held.seconds:9.1f} s")


@bench.command("checkpoint")
def _checkpoint(
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="C", help="A checkpoint; default: the one shipped.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the portraits: one that training did not have.")] = 11,
    pairs: Annotated[int, typer.Option(min=8, help="Sitters, each with an exemplar of another style.")] = 40,
    size: Annotated[int | None, typer.Option(help="Side in px; default: that of its training.")] = None,
    threads: Threads = 1,
) -> None:
    """How near a checkpoint comes to true answers on unseen bundled portraits, beside the exemplar copied.

    Example: matebit bench checkpoint --pairs 16
    """
    from matebit.bench.checkpoint import HEAD, run
    from matebit.weights.shipped import shipped_checkpoint

    scores = run(checkpoint or shipped_checkpoint(), seed, pairs, size, threads)
    typer.echo("\n".join([HEAD, *(score.line() for score in scores)]))
