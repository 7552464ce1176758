"""Commands beside the stages: the tracker's page, single figures, checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from matebit.cli import complete
from matebit.cli.arguments import ResolvedFile

PANEL = "Tools"
_UI_PORT, _APP_PORT = 5000, 8177


def _ui(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = _UI_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    open_page: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in a browser, at a terminal.")
    ] = True,
) -> None:
    """Show the runs in MLflow's page, from the store that the stages log to.

    Example: matebit ui --port 5001
    """
    from matebit.tracking.page import show_runs

    show_runs(Path(), host, port, open_page)


def _figure(
    name: Annotated[
        str,
        typer.Argument(
            help="A figure's name; a wrong one lists them all.", autocompletion=complete.figure_names
        ),
    ],
    params: ResolvedFile,
) -> None:
    """Draw one figure of a report again from the files on the disk.

    Example: matebit figure comparison results/demo/params.yaml
    """
    from matebit.config.read import read_resolved
    from matebit.pipeline.layout import Layout
    from matebit.report.figures import draw

    for path in draw(name, read_resolved(params), Layout.of(params)):
        typer.echo(str(path))


def _conditions_sheet(
    params: ResolvedFile,
    out: Annotated[Path, typer.Option(help="The sheet to write, .jpg or .png.")],
    items: Annotated[int, typer.Option(min=1, help="Items, evenly from all.")] = 4,
    photos: Annotated[
        bool, typer.Option(help="Show the pictures themselves beside their conditions.")
    ] = True,
) -> None:
    """Show extracted conditions channel by channel, on one sheet.

    Example: matebit conditions-sheet results/demo/params.yaml --out sheet.jpg
    """
    from matebit.config.read import read_resolved
    from matebit.pipeline.layout import Layout
    from matebit.report.condition_sheet import condition_sheet

    condition_sheet(read_resolved(params), Layout.of(params), out, items, photos)
    typer.echo(str(out))


def _check(
    name: Annotated[
        str,
        typer.Argument(help="The name of an experiment that has run.", autocompletion=complete.experiments),
    ],
    write: Annotated[
        bool, typer.Option("--write", help="Write expected/NAME.json from this run instead.")
    ] = False,
) -> None:
    """Compare an experiment's numbers with those of its authors, expected/NAME.json.

    Example: matebit check demo
    """
    from matebit.report.expected import AGREES, check_expected, write_expected

    if write:
        typer.echo(str(write_expected(Path(), name)))
        return
    kinds, compared = check_expected(Path(), name)
    for key, (expected, here) in kinds.items():
        typer.echo(f"other {key}: {here} here, {expected} expected")
    for number in compared:
        found = "not measured" if number.found is None else f"{number.found:.9g}"
        typer.echo(
            f"{number.verdict:11}  {number.method:16} {number.metric:28} {found:>14} {number.expected:14.9g}"
        )
    bad = sum(number.verdict not in AGREES for number in compared)
    how = "intervals must overlap" if kinds else "numbers must be equal"
    typer.echo(f"{len(compared) - bad} of {len(compared)} numbers agree ({how})")
    if bad:
        raise typer.Exit(1)


def _schema() -> None:
    """Print the JSON Schema of a params file, with which editors complete and check it (docs/usage.md).

    Example: matebit schema > params/schema.json
    """
    import json

    from matebit.config.reference import params_schema

    typer.echo(json.dumps(params_schema(), indent=2))


def _import_checkpoint(
    source: Annotated[
        Path, typer.Argument(metavar="SRC", help="latest_net_G.pth, or safetensors of its keys.")
    ],
    out: Annotated[Path, typer.Option(help="The checkpoint to write (.safetensors).")],
    attention: Annotated[
        bool, typer.Option(help="Was the decoder's self-attention on in training? The file does not say.")
    ] = True,
) -> None:
    """Turn the authors' released generator into a checkpoint of this program.

    Example: matebit import-checkpoint latest_net_G.pth --out released.safetensors
    """
    from matebit.model.released import import_checkpoint

    import_checkpoint(source, out, use_attention=attention)
    typer.echo(str(out))


def _export_checkpoint(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A checkpoint of the variant `released`.")],
    out: Annotated[Path, typer.Option(help="The file to write, under the authors' key names.")],
) -> None:
    """Write a trained `released` network under the authors' key names.

    Example: matebit export-checkpoint released.safetensors --out latest_net_G.safetensors
    """
    from matebit.model.released import export_checkpoint

    export_checkpoint(source, out)
    typer.echo(str(out))


def _gallery(
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    size: Annotated[int, typer.Option(metavar="PX", help="Side of the pictures.")] = 256,
) -> None:
    """Write the bundled exemplars, paintings of museums, and sitters to translate, as PNG files.

    Example: matebit gallery --out gallery
    """
    from matebit.translate.gallery import write_gallery

    for path in write_gallery(out, size):
        typer.echo(str(path))


def _app(
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="C", help="A checkpoint, or hf://OWNER/NAME; default: the one shipped."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port on this machine; 0: any free one.")] = _APP_PORT,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    names: Annotated[
        list[str] | None,
        typer.Option("--name", help="A name by which browsers reach it, beside localhost and addresses."),
    ] = None,
    device: Annotated[str, typer.Option(metavar="D", help="auto, cpu or cuda.")] = "auto",
    keep: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Keep results here; without it nothing is stored.")
    ] = None,
    max_megabytes: Annotated[int, typer.Option(min=1, help="Largest picture file.")] = 32,
    max_megapixels: Annotated[int, typer.Option(min=1, help="Most pixels of a picture, in millions.")] = 50,
) -> None:
    """Translate pictures on a page in the browser; it stays on this machine.

    Checkpoints of experiments in results/ can be chosen there.

    Example: matebit app --port 8200 --keep results-of-today
    """
    from matebit.app.limits import Limits
    from matebit.app.models import trained_here
    from matebit.app.serve import serve
    from matebit.cli.translate import checked_device
    from matebit.train.device import choose_device
    from matebit.translate.translator import load

    where = choose_device(checked_device(device))
    limits = Limits(max_megabytes * 2**20, max_megapixels * 10**6)
    serve(load(checkpoint).to(where), host, port, names or [], limits, keep, trained_here(Path()))


def _doctor(
    params: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]",
            help="Also what this params file needs: params/NAME.yaml.",
            autocompletion=complete.params_files_here,
        ),
    ] = None,
) -> None:
    """Look at Python, libraries, GPU, weights, extras, ports, disk and folders; say what to do about each.

    Exit status 1 where something has to be mended.

    Example: matebit doctor params/metfaces.yaml
    """
    from matebit.doctor.examine import examine

    to_mend = 0
    for finding in examine(Path(), {"ui": _UI_PORT, "app": _APP_PORT}, params):
        typer.echo(finding.lines())
        to_mend += finding.verdict == "mend"
    typer.echo(f"\n{to_mend} to mend" if to_mend else "\nnothing to mend")
    if to_mend:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the tools to `app`."""
    commands: dict[str, Callable[..., None]] = {
        "doctor": _doctor,
        "ui": _ui,
        "figure": _figure,
        "conditions-sheet": _conditions_sheet,
        "check": _check,
        "schema": _schema,
        "import-checkpoint": _import_checkpoint,
        "export-checkpoint": _export_checkpoint,
        "app": _app,
        "gallery": _gallery,
    }
    for name, function in commands.items():
        app.command(name, rich_help_panel=PANEL)(function)
