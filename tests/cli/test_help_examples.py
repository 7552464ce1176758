"""Every command's help has an example, and the command takes the example's words."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from command import matebit_here
from matebit.cli.app import app, panel_of

GROUP: Any = typer.main.get_command(app)


def commands(group: Any = GROUP, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        yield (*before, name), command
        if hasattr(command, "commands"):
            yield from commands(command, (*before, name))


@pytest.mark.parametrize(("names", "command"), list(commands()), ids=lambda value: str(value)[:40])
def test_an_example_that_is_taken(names: tuple[str, ...], command: Any):
    [line] = [line.strip() for line in command.help.splitlines() if line.strip().startswith("Example: ")]
    parts = [shlex.split(part.partition(" > ")[0]) for part in line.removeprefix("Example: ").split(" && ")]
    ours = [words[1:] for words in parts if words[0] == "matebit"]
    assert ours
    assert tuple(ours[0][: len(names)]) == names
    for words in ours:
        inner, rest = GROUP, list(words)
        while hasattr(inner, "commands") and rest:
            inner = inner.commands[rest.pop(0)]
        # Parsing, with every type and requirement; nothing is run.
        inner.make_context(inner.name, rest)


def test_commands_of_maintainers_stand_apart_and_last(tmp_path):
    shown = matebit_here(tmp_path, "--help", COLUMNS="100").stdout
    users, _, maintainers = shown.partition("For maintainers")
    for name, _command in GROUP.commands.items():
        kept = panel_of(GROUP, name) == "For maintainers"
        assert (f"│ {name} " in maintainers, f"│ {name} " in users) == (kept, not kept), name
    assert {"ship", "opening-figure", "bench"} == {
        name for name in GROUP.commands if panel_of(GROUP, name) == "For maintainers"
    }
