"""`matebit weights list|fetch|verify|path`: the folder of pretrained weights."""

from __future__ import annotations

from typing import Annotated

import typer

from matebit.cli import complete

app = typer.Typer(
    help="Pretrained weights: list, fetch, verify, path.\n\nExample: matebit weights list",
    no_args_is_help=True,
)
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Names from the list.", autocompletion=complete.weight_names),
]


@app.command("list")
def _list() -> None:
    """Show every weight file: where it lies, where it comes from, licence, what needs it.

    Example: matebit weights list
    """
    from matebit.weights.location import path_of
    from matebit.weights.registry import weights

    for weight in weights().values():
        path = path_of(weight)
        size = "size unknown" if weight.size is None else f"{weight.size / 1e6:.1f} MB"
        typer.echo(f"{weight.name}: {weight.what}")
        typer.echo(f"  file     {path} ({'there' if path.is_file() else 'absent'}; {size})")
        typer.echo(f"  from     {weight.origin}")
        typer.echo(f"  sha256   {weight.sha256 or 'unknown'} ({weight.digest})")
        typer.echo(f"  licence  {weight.licence}")
        typer.echo(f"  used by  {weight.used_by}")


@app.command("fetch")
def _fetch(names: Names = None) -> None:
    """Fetch weight files by name into the folder; each is checked before it gets its name.

    Example: matebit weights fetch vgg19 alexnet
    """
    from matebit.errors import MatebitError
    from matebit.weights.keeping import fetch
    from matebit.weights.registry import weight_named

    if not names:
        raise MatebitError("name the weights to fetch; `matebit weights list` shows them all")
    for weight in [weight_named(name) for name in names]:
        typer.echo(str(fetch(weight)))


@app.command("verify")
def _verify(names: Names = None) -> None:
    """Compare weight files with their published SHA-256: those that are there, or those named.

    Example: matebit weights verify
    """
    from matebit.errors import MatebitError
    from matebit.weights.keeping import state_of
    from matebit.weights.registry import weight_named, weights

    states = [state_of(weight_named(name)) for name in names or weights()]
    for state in states:
        if names or state.verdict != "absent":
            typer.echo(f"{state.weight.name}: {state.verdict}: {state.path}: {state.said}")
    bad = ("absent", "wrong") if names else ("wrong",)
    failed = [state for state in states if state.verdict in bad]
    if failed:
        raise MatebitError(f"not as published: {', '.join(f'{s.path} ({s.verdict})' for s in failed)}")


@app.command("path")
def _path(
    name: Annotated[
        str | None, typer.Argument(help="A name from the list.", autocompletion=complete.weight_names)
    ] = None,
) -> None:
    """Print the folder of weights, or where one file is looked for.

    Example: matebit weights path vgg19
    """
    from matebit.weights.location import path_of, weights_folder
    from matebit.weights.registry import weight_named

    typer.echo(str(weights_folder() if name is None else path_of(weight_named(name))))
