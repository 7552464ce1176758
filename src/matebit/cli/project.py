"""`matebit init`, `matebit dvc`, `matebit params`: projects and their params files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matebit.cli import complete

PANEL = "Projects and parameters"

params = typer.Typer(
    help="Print every parameter with its default and meaning; list, show: files to begin from.\n\n"
    "Example: matebit params",
    invoke_without_command=True,
)


def _init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The project's folder; made if absent.")],
    names: Annotated[
        list[str] | None,
        typer.Option(
            "--params",
            metavar="NAME",
            help="A params file to begin from (`matebit params list`); repeatable. Default: demo, smoke.",
            autocompletion=complete.given_params,
        ),
    ] = None,
) -> None:
    """Begin a project: params files, Snakefile, dvc.yaml, README; both engines then run there.

    Example: matebit init portraits --params folder && cd portraits && snakemake --cores all
    """
    from matebit.project.begin import begin_project

    for path in begin_project(folder, names or ["demo", "smoke"]):
        typer.echo(str(path))


def _dvc(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Params files, params/NAME.yaml.",
            autocompletion=complete.params_files_here,
        ),
    ],
) -> None:
    """Write DVC's file for a params file: dvc.yaml for the first, pipelines/NAME/dvc.yaml for others.

    Example: matebit dvc params/smoke.yaml && dvc repro pipelines/smoke/dvc.yaml
    """
    from matebit.config.read import read_mapping, validated
    from matebit.config.schema import Params
    from matebit.engines.dvcfile import dvc_target, dvc_text
    from matebit.io.files import write_text

    for path in files:
        parsed = validated(Params, read_mapping(path), str(path))
        target = dvc_target(parsed, path)
        write_text(target, dvc_text(parsed, path, target))
        typer.echo(str(target))


@params.callback()
def _params(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        from matebit.config.reference import reference

        typer.echo(reference(), nl=False)


@params.command("list")
def _list() -> None:
    """Show the params files that come with the program, and what each is for.

    Example: matebit params list
    """
    from matebit.project.given import about, params_files

    found = params_files()
    width = max(map(len, found))
    for name, path in found.items():
        typer.echo(f"{name:{width}}  {about(path)}")


@params.command("show")
def _show(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help="A name from the list.", autocompletion=complete.given_params),
    ],
) -> None:
    """Print a params file that comes with the program.

    Example: matebit params show folder > params/mine.yaml
    """
    from matebit.project.given import params_file

    typer.echo(params_file(name).read_text(encoding="utf-8"), nl=False)


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command("init", rich_help_panel=PANEL)(_init)
    app.command("dvc", rich_help_panel=PANEL)(_dvc)
    app.add_typer(params, name="params", rich_help_panel=PANEL)
