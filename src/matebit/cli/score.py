"""`matebit score REAL FAKE`: the metrics of an experiment on two folders of images."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matebit.cli import complete
from matebit.cli.tools import PANEL


def _score(
    real: Annotated[Path, typer.Argument(metavar="REAL", help="Folder of the real images, or of the truth.")],
    fake: Annotated[Path, typer.Argument(metavar="FAKE", help="Folder of the images to be scored.")],
    metrics: Annotated[
        str | None,
        typer.Option(
            metavar="A,B",
            help="Names of docs/metrics.md; default: all that the folders can serve.",
            autocompletion=complete.metric_names,
        ),
    ] = None,
    exemplars: Annotated[
        Path | None, typer.Option(metavar="E", help="Folder of the exemplars, called as the images.")
    ] = None,
    labels: Annotated[
        Path | None, typer.Option(metavar="L", help="Folder of the label maps that were asked for.")
    ] = None,
    exemplar_labels: Annotated[
        Path | None,
        typer.Option(metavar="L", help="Label maps of the exemplars; with --pairs default: --labels."),
    ] = None,
    edges: Annotated[
        Path | None, typer.Option(metavar="D", help="Folder of the edges that were asked for, 0 or 255.")
    ] = None,
    pairs: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Which exemplar is whose: columns id and exemplar.")
    ] = None,
    params: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Features and settings as in this params file.")
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="Change a setting: metrics.batch=4."),
    ] = None,
    out: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="Write .csv, .json or .md; may be repeated.")
    ] = None,
    images: Annotated[
        Path | None, typer.Option(metavar="CSV", help="Write the values of single images too.")
    ] = None,
) -> None:
    """Score a folder of images against another, with the numbers and protocols of an experiment.

    Example: matebit score truth/ ours/ --metrics ssim,psnr,swd --out scores.csv --out scores.md
    """
    from matebit.io.files import write_text
    from matebit.metrics.score import score
    from matebit.metrics.scores import form_of

    for path in out or []:
        form_of(path)
    found = score(
        real, fake, metrics=None if metrics is None else [name.strip() for name in metrics.split(",")],
        exemplars=exemplars, labels=labels, exemplar_labels=exemplar_labels, edges=edges, pairs=pairs,
        params=params, overrides=changes,
    )  # fmt: skip
    for path in out or []:
        found.write(path)
    if images is not None:
        write_text(images, found.images_csv())
    typer.echo("\n".join(map(str, out)) if out else found.markdown(), nl=bool(out))


def register(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("score", rich_help_panel=PANEL)(_score)
