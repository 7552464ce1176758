"""The reference of the commands, from the commands themselves."""

from __future__ import annotations

import re
from typing import Any

_INTRO = """\
# Commands

Made from the commands themselves; `matebit COMMAND --help` says the same. Exit status: 0 done, 2 a mistake
that you can mend (one sentence says what, where and how), 1 a defect, 130 or 143 stopped.
"""


def cli_reference() -> str:
    """Every command with its arguments and options, by panel, as Markdown."""
    import typer

    from matebit.cli.app import app, panel_of

    group: Any = typer.main.get_command(app)
    panels: dict[str, list[str]] = {}
    for name in group.list_commands(None):
        command = group.commands[name]
        if not command.hidden:
            panels.setdefault(panel_of(group, name), []).extend(_command(f"matebit {name}", command))
    parts = [_INTRO]
    for panel, texts in panels.items():
        parts += [f"\n## {panel}\n", *texts]
    return "".join(parts)


def _command(name: str, command: Any) -> list[str]:
    inner = getattr(command, "commands", None)
    if inner:
        texts = [f"\n### {name}\n\n{_plain(command.help)}\n"]
        for word, one in inner.items():
            texts += _command(f"{name} {word}", one)
        return texts
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and one.name != "help"]
    usage = " ".join([name, *(_named(one) for one in arguments)])
    rows = [(f"`{_named(one)}`", one) for one in arguments]
    rows += [(f"`{', '.join([*one.opts, *one.secondary_opts])}`", one) for one in options]
    table = "".join(
        f"| {shown} | {_cell(one)} |\n" for shown, one in rows if not getattr(one, "hidden", False)
    )
    head = f"\n### {name}\n\n{_plain(command.help)}\n\n```\n{usage}{' [OPTIONS]' if options else ''}\n```\n"
    return [head + (f"\n| | |\n|---|---|\n{table}" if table else "")]


def _named(argument: Any) -> str:
    return argument.metavar or argument.name.upper()


def _plain(text: str | None) -> str:
    """A docstring as Markdown: its example becomes code."""
    lines = [line.strip() for line in (text or "").strip().splitlines()]
    return "\n".join(re.sub(r"^Example: (.+)$", r"Example: `\1`", line) for line in lines)


def _cell(one: Any) -> str:
    said = re.sub(r"\s+", " ", getattr(one, "help", None) or "").replace("|", "\\|")
    default = one.default
    if callable(default) or default in (None, "", False, [], ()) or one.required:
        return said
    return f"{said} Default: `{default}`."
