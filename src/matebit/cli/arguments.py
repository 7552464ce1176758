"""Arguments that several commands take, with what the Tab key offers for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matebit.cli import complete

ParamsFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A params file, params/NAME.yaml.",
        autocompletion=complete.params_files_here,
    ),
]
ResolvedFile = Annotated[
    Path,
    typer.Argument(
        metavar="PARAMS",
        help="results/NAME/params.yaml, as `matebit resolve` wrote it.",
        autocompletion=complete.resolved_files,
    ),
]
Method = Annotated[
    str,
    typer.Argument(metavar="METHOD", help="A method of the params file.", autocompletion=complete.methods),
]
Seed = Annotated[
    int, typer.Option("--seed", help="One of the params file's seeds.", autocompletion=complete.seeds)
]
SeedIfAny = Annotated[
    int | None, typer.Option("--seed", help="One of the params file's seeds.", autocompletion=complete.seeds)
]
