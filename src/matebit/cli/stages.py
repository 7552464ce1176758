"""`matebit STAGE results/NAME/params.yaml [METHOD --seed S]`: one command a stage, and `resolve`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from matebit.cli import complete
from matebit.cli.arguments import ParamsFile, ResolvedFile, SeedIfAny
from matebit.cli.translate import TwoForms, translate
from matebit.pipeline.stages import STAGES, Stage

PANEL = "Stages of the pipeline"


def _help(stage: Stage) -> str:
    words = " matebit --seed 1" if stage.per_run else ""
    return f"{stage.does}\n\nExample: matebit {stage.name} results/demo/params.yaml{words}"


def _add_single(app: typer.Typer, stage: Stage) -> None:
    @app.command(stage.name, help=_help(stage), rich_help_panel=PANEL)
    def command(params: ResolvedFile) -> None:
        from matebit.engines.run_stage import run_stage

        run_stage(stage.name, params)


def _add_per_run(app: typer.Typer, stage: Stage) -> None:
    @app.command(stage.name, help=_help(stage), rich_help_panel=PANEL)
    def command(
        params: ResolvedFile,
        method: Annotated[
            str, typer.Argument(help="A method of the params file.", autocompletion=complete.scored)
        ],
        seed: SeedIfAny = None,
    ) -> None:
        from matebit.engines.run_stage import run_stage

        run_stage(stage.name, params, method, seed)


def _resolve(
    params: ParamsFile,
    changes: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Change a key: train.images=400.")
    ] = None,
    engine: Annotated[str, typer.Option(help="Who runs the stages: snakemake, dvc or hand.")] = "hand",
) -> None:
    """Check a params file, fill its defaults, and write results/NAME/params.yaml.

    Example: matebit resolve params/smoke.yaml --set train.images=400
    """
    from matebit.config.read import read_with_overrides
    from matebit.engines.given import check_given
    from matebit.engines.resolve import resolve, write_resolved
    from matebit.engines.why import trainings_lost
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
    if engine == "dvc":
        # `dvc repro` begins with this command: what it is about to do.
        for sentence in trainings_lost(resolved, layout):
            typer.echo(sentence, err=True)


def _why(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="The name of an experiment.", autocompletion=complete.experiments
        ),
    ],
    params: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Its params file; default: params/NAME.yaml, or without it results/NAME/params.yaml.",
            autocompletion=complete.params_files_here,
        ),
    ] = None,
    changes: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="With a key changed, as Snakemake's --config does."),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Show every cause, not ten a job.")] = False,
) -> None:
    """Say for every job of an experiment whether it would run again, and which key or function changed.

    Comments, docstrings and formatting change nothing.

    Example: matebit why demo
    """
    from matebit.engines.why import asked, by_dvc, lines, verdicts

    resolved, layout = asked(name, params, changes, Path())
    for verdict in verdicts(resolved, layout):
        for line in lines(verdict, by_dvc(layout), None if everything else 10):
            typer.echo(line)


def register(app: typer.Typer) -> None:
    """Add the stage commands to `app`."""
    app.command("resolve", rich_help_panel=PANEL)(_resolve)
    app.command("why", rich_help_panel=PANEL)(_why)
    for stage in STAGES.values():
        if stage.name == "translate":
            # It has a second form, for pictures of one's own.
            app.command(stage.name, cls=TwoForms, rich_help_panel=PANEL)(translate)
        else:
            (_add_per_run if stage.per_run else _add_single)(app, stage)
