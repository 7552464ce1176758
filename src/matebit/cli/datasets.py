"""`matebit fetch` and `matebit export-lists`: datasets from and to the forms that others have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matebit.cli.arguments import ParamsFile, ResolvedFile
from matebit.cli.tools import PANEL


def _fetch(
    params: ParamsFile,
    archive: Annotated[
        Path | None, typer.Option(help="The dataset's archive, fetched by hand (zip or tar).")
    ] = None,
    url: Annotated[str | None, typer.Option(help="Fetch the archive from this address instead.")] = None,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key: data.root=PATH.")
    ] = None,
) -> None:
    """Fetch the published dataset of a params file and unpack it as its data.root.

    Example: matebit fetch params/celebahq-edges.yaml --archive CelebAMask-HQ.zip
    """
    from matebit.config.read import read_with_overrides, validated
    from matebit.config.schema import Params
    from matebit.data.fetching import fetch_dataset

    parsed = validated(Params, read_with_overrides(params, changes), str(params))
    typer.echo(str(fetch_dataset(parsed.data, archive, url)))


def _export_lists(
    params: ResolvedFile,
    out: Annotated[Path, typer.Option(help="The folder for the lists.")],
) -> None:
    """Write splits and exemplars as the lists of CoCosNet: train.txt, val.txt, ref.txt, ref_test.txt.

    Example: matebit export-lists results/demo/params.yaml --out lists
    """
    from matebit.data.export_lists import export_lists
    from matebit.pipeline.layout import Layout

    for path in export_lists(Layout.of(params), out):
        typer.echo(str(path))


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("fetch", rich_help_panel=PANEL)(_fetch)
    app.command("export-lists", rich_help_panel=PANEL)(_export_lists)
