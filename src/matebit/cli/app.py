"""The program `matebit`: its commands, and the one place where errors are shown."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from matebit import __version__
from matebit.cli import datasets, maintain, project, score, share, stages, tools, weights
from matebit.errors import MatebitError, system_refusals_said
from matebit.logs import set_up_logging

_PANELS = (project.PANEL, stages.PANEL, tools.PANEL, maintain.PANEL)


def panel_of(group: Any, name: str) -> str:
    """The panel of the help in which a command stands."""
    panel = getattr(group.commands[name], "rich_help_panel", None)
    return panel if isinstance(panel, str) else tools.PANEL


def _stopped(stop: KeyboardInterrupt) -> NoReturn:
    """Say that a Ctrl-C or a SIGTERM ended the command; 130 or 143."""
    print("matebit: stopped; the same command goes on from here", file=sys.stderr)
    sys.exit(128 + getattr(stop, "number", signal.SIGINT))


def _expanded(word: str) -> str:
    """The `~` or `$NAME` at the beginning of a word or of an option's value; a file of that name stays."""
    option, sign, value = word.partition("=") if word.startswith("--") else ("", "", word)
    if value == "~" or value.startswith("~/"):
        value = str(Path(value).expanduser())
    elif value.startswith("$") and not Path(value).exists():
        value = os.path.expandvars(value)
    return f"{option}{sign}{value}"


class _Commands(TyperGroup):
    """Typer would end with 130 and no word, whatever stopped the command; the system's refusals in words."""

    def list_commands(self, ctx: Any) -> list[str]:
        """By panel, what keeps the program last; Typer would begin with the groups of commands."""
        return sorted(super().list_commands(ctx), key=lambda name: _PANELS.index(panel_of(self, name)))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """A shell leaves the `~` of `--out=~/here` to the program."""
        return super().parse_args(ctx, [_expanded(word) for word in args])

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            with system_refusals_said():
                return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            _stopped(stop)


app = typer.Typer(
    name="matebit",
    cls=_Commands,
    help="MATEBIT, from data to evaluation: exemplar-based image translation as a pipeline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
project.register(app)
stages.register(app)
tools.register(app)
datasets.register(app)
score.register(app)
share.register(app)
app.add_typer(weights.app, name="weights", rich_help_panel=tools.PANEL)
maintain.register(app)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"matebit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log details too.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    set_up_logging(verbose)


def main() -> None:
    """Run the command line. Exit status: 0 done, 2 the user's mistake, 1 a defect, 130/143 stopped."""
    # Threads that wait should sleep: on a machine that also does other work, spinning ones make a step
    # several times slower. It must be said before the first library with threads is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    # Nothing phones home.
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("DO_NOT_TRACK", "true")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        app()
    except MatebitError as error:
        for line in str(error).splitlines() or [""]:
            print(f"matebit: {line}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt as stop:
        _stopped(stop)
    except BrokenPipeError:
        # The reader of our output (head, say) has gone.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
