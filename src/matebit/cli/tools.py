"""Commands beside the stages: the tracker's page, DVC's files, single figures, checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

PANEL = "Tools"


def _ui(
    port: Annotated[int, typer.Option(help="Port on this machine.")] = 5000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
) -> None:
    """Show the runs in MLflow's page, from the store that the stages log to."""
    from matebit.tracking.page import show_runs

    show_runs(Path(), host, port)


def _dvc(
    params: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Params files, params/NAME.yaml.")],
) -> None:
    """Write DVC's file for a params file: dvc.yaml for the demo, pipelines/NAME/dvc.yaml for others."""
    from matebit.config.read import read_mapping, validated
    from matebit.config.schema import Params
    from matebit.engines.dvcfile import dvc_text
    from matebit.io.files import write_text

    for path in params:
        parsed = validated(Params, read_mapping(path), str(path))
        target = Path("dvc.yaml") if parsed.name == "demo" else Path("pipelines", parsed.name, "dvc.yaml")
        write_text(target, dvc_text(parsed, path, target))
        typer.echo(str(target))


def _figure(
    name: Annotated[str, typer.Argument(help="A figure's name; a wrong one lists them all.")],
    params: Annotated[Path, typer.Argument(metavar="PARAMS", help="results/NAME/params.yaml.")],
) -> None:
    """Draw one figure of a report again from the files on the disk."""
    from matebit.config.resolved import read_resolved
    from matebit.pipeline.layout import Layout
    from matebit.report.figures import draw

    for path in draw(name, read_resolved(params), Layout.of(params)):
        typer.echo(str(path))


def _conditions_sheet(
    params: Annotated[Path, typer.Argument(metavar="PARAMS", help="results/NAME/params.yaml.")],
    out: Annotated[Path, typer.Option(help="The sheet to write, .jpg or .png.")],
    items: Annotated[int, typer.Option(min=1, help="Items, evenly from all.")] = 4,
    photos: Annotated[
        bool, typer.Option(help="Show the pictures themselves beside their conditions.")
    ] = True,
) -> None:
    """Show extracted conditions channel by channel, on one sheet."""
    from matebit.config.resolved import read_resolved
    from matebit.pipeline.layout import Layout
    from matebit.report.condition_sheet import condition_sheet

    condition_sheet(read_resolved(params), Layout.of(params), out, items, photos)
    typer.echo(str(out))


def _check(
    name: Annotated[str, typer.Argument(help="The name of an experiment that has run.")],
    write: Annotated[
        bool, typer.Option("--write", help="Write expected/NAME.json from this run instead.")
    ] = False,
) -> None:
    """Compare an experiment's numbers with those of its authors, expected/NAME.json."""
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


def _params() -> None:
    """Print every parameter with its default and meaning (docs/params.md)."""
    from matebit.config.reference import reference

    typer.echo(reference(), nl=False)


def _schema() -> None:
    """Print the JSON Schema of a params file, with which editors complete and check it (docs/usage.md)."""
    import json

    from matebit.config.json_schema import params_schema

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
    """Turn the authors' released generator into a checkpoint of this program."""
    from matebit.model.released import import_checkpoint

    import_checkpoint(source, out, use_attention=attention)
    typer.echo(str(out))


def _export_checkpoint(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="A checkpoint of the variant `released`.")],
    out: Annotated[Path, typer.Option(help="The file to write, under the authors' key names.")],
) -> None:
    """Write a trained `released` network under the authors' key names."""
    from matebit.model.released import export_checkpoint

    export_checkpoint(source, out)
    typer.echo(str(out))


def _gallery(
    out: Annotated[Path, typer.Option(help="The folder to write to.")],
    size: Annotated[int, typer.Option(metavar="PX", help="Side of the pictures.")] = 256,
) -> None:
    """Write the bundled exemplars, paintings of museums, and sitters to translate, as PNG files."""
    from matebit.translate.gallery import write_gallery

    for path in write_gallery(out, size):
        typer.echo(str(path))


def _opening_figure(
    out: Annotated[Path, typer.Option(help="The picture to write (docs/images/opening.jpg).")],
    checkpoint: Annotated[
        Path | None, typer.Option("--checkpoint", metavar="C", help="A checkpoint; default: the one shipped.")
    ] = None,
    size: Annotated[int | None, typer.Option(metavar="PX", help="Side of what the network sees.")] = None,
    enlarge: Annotated[int, typer.Option(metavar="K", help="Cells so many times as large.")] = 1,
) -> None:
    """Make README's first figure: a photograph and sitters in the styles of paintings."""
    from matebit.translate.enlarge import checked_factor
    from matebit.translate.opening_figure import write_opening_figure
    from matebit.translate.shipped import shipped_checkpoint
    from matebit.translate.translator import load

    write_opening_figure(load(checkpoint or shipped_checkpoint()), out, size, checked_factor(enlarge))
    typer.echo(str(out))


def _ship(
    params: Annotated[Path, typer.Argument(metavar="PARAMS", help="results/NAME/params.yaml.")],
    method: Annotated[str, typer.Argument(metavar="METHOD", help="A method of the params file.")],
    seed: Annotated[int, typer.Option("--seed", help="One of the params file's seeds.")],
) -> None:
    """Make a scored run the checkpoint that the program comes with, its provenance beside it."""
    from matebit.config.resolved import read_resolved
    from matebit.pipeline.layout import Layout
    from matebit.translate.shipped import ship

    for path in ship(read_resolved(params), Layout.of(params), method, seed):
        typer.echo(str(path))


def _app(
    checkpoint: Annotated[
        str | None,
        typer.Option(metavar="C", help="A checkpoint, or hf://OWNER/NAME; default: the one shipped."),
    ] = None,
    port: Annotated[int, typer.Option(help="Port on this machine; 0: any free one.")] = 8177,
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


def register(app: typer.Typer) -> None:
    """Add the tools to `app`."""
    commands: dict[str, Callable[..., None]] = {
        "ui": _ui,
        "dvc": _dvc,
        "figure": _figure,
        "conditions-sheet": _conditions_sheet,
        "check": _check,
        "params": _params,
        "schema": _schema,
        "import-checkpoint": _import_checkpoint,
        "export-checkpoint": _export_checkpoint,
        "app": _app,
        "gallery": _gallery,
        "ship": _ship,
        "opening-figure": _opening_figure,
    }
    for name, function in commands.items():
        app.command(name, rich_help_panel=PANEL)(function)
