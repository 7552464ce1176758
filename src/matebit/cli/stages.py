"""`matebit STAGE results/NAME/params.yaml [METHOD --seed S]`: one command a stage, and `resolve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matebit.cli.translate import TwoForms, translate
from matebit.pipeline.stages import STAGES, Stage

PANEL = "Stages of the pipeline"

ParamsFile = Annotated[
    Path, typer.Argument(metavar="PARAMS", help="results/NAME/params.yaml, as `matebit resolve` wrote it.")
]
Seed = Annotated[int | None, typer.Option("--seed", help="One of the params file's seeds.")]


def _add_single(app: typer.Typer, stage: Stage) -> None:
    @app.command(stage.name, help=stage.does, rich_help_panel=PANEL)
    def command(params: ParamsFile) -> None:
        from matebit.engines.run_stage import run_stage

        run_stage(stage.name, params)


def _add_per_run(app: typer.Typer, stage: Stage) -> None:
    @app.command(stage.name, help=stage.does, rich_help_panel=PANEL)
    def command(
        params: ParamsFile,
        method: Annotated[str, typer.Argument(help="A method of the params file.")],
        seed: Seed = None,
    ) -> None:
        from matebit.engines.run_stage import run_stage

        run_stage(stage.name, params, method, seed)


def _resolve(
    params: Annotated[Path, typer.Argument(metavar="FILE", help="A params file, params/NAME.yaml.")],
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key: train.images=400.")
    ] = None,
    engine: Annotated[str, typer.Option(help="Who runs the stages: snakemake, dvc or hand.")] = "hand",
) -> None:
    """Check a params file, fill its defaults, and write results/NAME/params.yaml."""
    from matebit.config.read import read_with_overrides
    from matebit.engines.given import check_given
    from matebit.engines.resolve import resolve, write_resolved
    from matebit.errors import MatebitError
    from matebit.pipeline.layout import Layout
    from matebit.pipeline.ownership import ENGINES, claim
    from matebit.report.more_results import other_layouts
    from matebit.weights.needed import check_weights

    if engine not in ENGINES:
        raise MatebitError(f"--engine is one of {', '.join(ENGINES)}, not {engine!r}")
    resolved = resolve(read_with_overrides(params, changes), str(params))
    check_given(resolved)
    check_weights(resolved)
    layout = Layout(resolved.name)
    other_layouts(resolved.report, layout)
    claim(layout, engine)
    write_resolved(resolved, layout.params)
    typer.echo(str(layout.params))


def register(app: typer.Typer) -> None:
    """Add the stage commands to `app`."""
    app.command("resolve", rich_help_panel=PANEL)(_resolve)
    for stage in STAGES.values():
        if stage.name == "translate":
            # It has a second form, for pictures of one's own.
            app.command(stage.name, cls=TwoForms, rich_help_panel=PANEL)(translate)
        else:
            (_add_per_run if stage.per_run else _add_single)(app, stage)
