"""`matebit translate`, a stage of the pipeline (PARAMS METHOD) and a tool for pictures of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperCommand

from matebit.cli import complete
from matebit.cli.arguments import SeedIfAny

if TYPE_CHECKING:
    from matebit.translate.files import Request

PICTURES = "Your own pictures"


class TwoForms(TyperCommand):
    """Shows both forms in the line of usage."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What stands after the command's name."""
        return ["PARAMS METHOD [--seed S] | (--photo P | --condition X) --exemplar Y --out O [OPTIONS]"]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Let `--photo photos/*.jpg` name all that the shell makes of it."""
        return super().parse_args(ctx, each_named(args))


_SEVERAL = ("--photo", "--condition", "--exemplar")


def each_named(args: list[str]) -> list[str]:
    """`--photo a b` as `--photo a --photo b`; options of one value are left as they are."""
    found: list[str] = []
    option = None  # whose further values may come; its first one is its own
    for number, word in enumerate(args):
        if word.startswith("-") and len(word) > 1:
            option = word.partition("=")[0] if word.partition("=")[0] in _SEVERAL else None
        elif option is not None and args[number - 1] != option:
            found.append(option)
        found.append(word)
    return found


def _option(*names: str, help: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=help, metavar=metavar, rich_help_panel=PICTURES)


def translate(
    params: Annotated[
        Path | None,
        typer.Argument(
            metavar="PARAMS",
            help="results/NAME/params.yaml: its test set.",
            autocompletion=complete.resolved_files,
        ),
    ] = None,
    method: Annotated[
        str | None,
        typer.Argument(
            metavar="METHOD",
            help="A method of the params file, or `controls`.",
            autocompletion=complete.scored,
        ),
    ] = None,
    seed: SeedIfAny = None,
    photos: Annotated[
        list[Path] | None, _option("--photo", metavar="P", help="A picture or a folder; may be repeated.")
    ] = None,
    conditions: Annotated[
        list[Path] | None,
        _option("--condition", metavar="X", help="A drawing or a finished condition, instead of a photo."),
    ] = None,
    exemplars: Annotated[
        list[Path] | None,
        _option("--exemplar", metavar="Y", help="Whose style: a picture or a folder; may be repeated."),
    ] = None,
    out: Annotated[
        Path | None, _option("--out", metavar="O", help="PNG, JPEG or WebP (several: a sheet), or a folder.")
    ] = None,
    checkpoint: Annotated[
        str | None,
        _option(
            "--checkpoint", metavar="C", help="A checkpoint, or hf://OWNER/NAME; default: the one shipped."
        ),
    ] = None,
    size: Annotated[
        int | None,
        _option("--size", metavar="PX", help="Side of what the network sees; default: its own."),
    ] = None,
    enlarge: Annotated[
        int | None,
        _option(
            "--enlarge",
            metavar="K",
            help="Make the result K (2 to 8) times as large, its colours laid along the photo's lines.",
        ),
    ] = None,
    fit: Annotated[
        str | None,
        _option("--fit", metavar="HOW", help="pad: all of it (default); crop: its middle."),
    ] = None,
    show: Annotated[
        str | None,
        _option("--show", metavar="WHAT", help="Also matches, confidence, warp (by commas)."),
    ] = None,
    masks: Annotated[
        Path | None,
        _option("--masks", metavar="M", help="Labels of the photo: a label map, or CelebAMask-HQ masks."),
    ] = None,
    exemplar_masks: Annotated[
        Path | None,
        _option(
            "--exemplar-masks",
            metavar="M",
            help="Labels of the exemplars, where the network reads them too.",
        ),
    ] = None,
    align: Annotated[
        bool, _option("--align", help="The photo's face alone, brought to the frame of CelebA-HQ.")
    ] = False,
    paste: Annotated[
        bool, _option("--paste", help="With --align: lay the face back into the photo.")
    ] = False,
    kind: Annotated[
        str | None, _option("--kind", metavar="KIND", help="The condition of a checkpoint that does not say.")
    ] = None,
    device: Annotated[
        str | None, _option("--device", metavar="D", help="auto (default), cpu or cuda.")
    ] = None,
) -> None:
    """Translate the test set of an experiment, or pictures of your own.

    Example: matebit translate --photo me.jpg --exemplar painting.jpg --out out.png
    """
    from matebit.errors import MatebitError

    own = {
        "--photo": photos, "--condition": conditions, "--exemplar": exemplars, "--out": out,
        "--checkpoint": checkpoint, "--size": size, "--fit": fit, "--show": show, "--masks": masks,
        "--exemplar-masks": exemplar_masks,
        "--align": align, "--paste": paste, "--enlarge": enlarge, "--kind": kind, "--device": device,
    }  # fmt: skip
    named = [name for name, value in own.items() if value]
    if params is not None or seed is not None:
        if named:
            raise MatebitError(
                f"PARAMS METHOD --seed translate a test set, {named[0]} a picture of your own: choose"
            )
        _translate_test_set(params, method, seed)
        return
    if exemplars is None or out is None or not (photos or conditions):
        raise MatebitError(
            "`matebit translate` needs --photo (or --condition), --exemplar and --out; or PARAMS and METHOD"
        )
    from matebit.translate.files import Request
    from matebit.translate.framing import checked_fit

    request = Request(
        photos or [],
        conditions or [],
        exemplars,
        out,
        masks,
        size,
        checked_fit(fit or "pad"),
        show or "",
        align,
        paste,
        1 if enlarge is None else enlarge,
        exemplar_masks,
    )
    _translate_pictures(request, checkpoint, kind, device or "auto")


def _translate_test_set(params: Path | None, method: str | None, seed: int | None) -> None:
    """The stage `translate`, or the part of it that `method` and `seed` name."""
    from matebit.engines.run_stage import run_stage
    from matebit.errors import MatebitError

    if params is None or method is None:
        raise MatebitError("`matebit translate` needs PARAMS and METHOD, or --photo, --exemplar and --out")
    run_stage("translate", params, method, seed)


def _translate_pictures(request: Request, checkpoint: str | None, kind: str | None, device: str) -> None:
    """Pictures of one's own; says which files it has written."""
    request.check()
    from matebit.train.device import choose_device
    from matebit.translate.files import translate_files
    from matebit.translate.translator import load

    where = choose_device(checked_device(device))
    translator = load(checkpoint, kind=kind).to(where)
    for path in translate_files(translator, request):
        typer.echo(str(path))


def checked_device(name: str) -> str:
    """`auto`, `cpu` or `cuda`. Raises `MatebitError` for another word."""
    from matebit.errors import MatebitError

    if name not in ("auto", "cpu", "cuda"):
        raise MatebitError(f"--device is auto, cpu or cuda, not {name!r}")
    return name
