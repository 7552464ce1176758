"""The commands' reference is made from the commands: none and no option is left out."""

from __future__ import annotations

import typer

from matebit.cli.app import app
from matebit.cli.reference import cli_reference


def test_every_command_and_option_stands_in_it():
    text = cli_reference()
    group = typer.main.get_command(app)
    for name, command in group.commands.items():
        if command.hidden:
            continue
        assert f"### matebit {name}\n" in text
        part = text.partition(f"### matebit {name}\n")[2].partition("\n### matebit ")[0]
        for option in command.params:
            if option.param_type_name == "option" and option.name != "help" and not option.hidden:
                assert option.opts[0] in part, f"{name} {option.opts[0]}"
