"""What one look found, and the looks in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Verdict = Literal["good", "note", "mend"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    `verdict`: good; note, something that some work lacks; mend, something that the program cannot do without.
    `do` says what to do, and stands wherever the verdict is not good.
    """

    topic: str
    verdict: Verdict
    said: str
    do: str = ""

    def lines(self) -> str:
        """The finding for a person: one line, and one below it for what to do."""
        line = f"{self.verdict:4}  {self.topic:20}  {self.said}"
        return f"{line}\n{'':28}{self.do}" if self.do else line


def examine(folder: Path, pages: Mapping[str, int], params: Path | None = None) -> Iterator[Finding]:
    """Look at everything, for work in `folder`; with a params file, at what that experiment needs too.

    `pages`: the ports of local pages by the commands that serve them.
    """
    from matebit.doctor import installation, machine, needs, places

    looks: list[Callable[[], Iterator[Finding]]] = [
        installation.python,
        installation.libraries,
        installation.commands,
        installation.extras,
        machine.processor,
        machine.gpu,
        lambda: places.disk(folder),
        lambda: places.writable(folder),
        lambda: places.ports(pages),
        lambda: places.tracker(folder),
        needs.weight_files,
    ]
    for look in looks:
        yield from look()
    if params is not None:
        yield from needs.experiment(params)
