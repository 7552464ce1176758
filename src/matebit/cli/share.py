"""`matebit push` and `matebit pull`: models to and from a Hugging Face Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matebit.cli.arguments import Method, ResolvedFile, Seed
from matebit.cli.tools import PANEL


def _push(
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME", help="The repository on the Hub.")],
    params: ResolvedFile,
    method: Method,
    seed: Seed,
    licence: Annotated[
        str | None, typer.Option(metavar="L", help="Licence of the weights; bundled data: apache-2.0.")
    ] = None,
    private: Annotated[bool, typer.Option("--private", help="Make the repository private.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Only write what would be sent to this folder.")
    ] = None,
) -> None:
    """Send a scored run to a Hugging Face Hub: weights, configuration, provenance, a model card.

    Example: matebit push me/portraits results/portraits256/params.yaml matebit --seed 1
    """
    import tempfile

    from matebit.config.read import read_resolved
    from matebit.errors import MatebitError
    from matebit.fetch.hub import send_model
    from matebit.pipeline.layout import Layout
    from matebit.translate.share import write_shared

    run = (read_resolved(params), Layout.of(params), method, seed, repository)
    if out is not None:
        if out.exists() and any(out.iterdir()):
            raise MatebitError(f"{out} is not empty: name a new folder")
        for path in write_shared(*run, out, licence):
            typer.echo(str(path))
        return
    with tempfile.TemporaryDirectory(prefix="matebit-push-") as folder:
        write_shared(*run, Path(folder), licence)
        typer.echo(send_model(Path(folder), repository, private, f"{method}, seed {seed}"))


def _pull(
    repository: Annotated[str, typer.Argument(metavar="OWNER/NAME[@REVISION]", help="The repository.")],
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="The folder for its files.")],
) -> None:
    """Fetch a model from a Hugging Face Hub into a folder, for `--checkpoint FOLDER` anywhere.

    Example: matebit pull me/portraits --out models/portraits
    """
    from matebit.fetch.hub import SCHEME, fetch_model

    typer.echo(str(fetch_model(SCHEME + repository.removeprefix(SCHEME), out)))


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("push", rich_help_panel=PANEL)(_push)
    app.command("pull", rich_help_panel=PANEL)(_pull)
