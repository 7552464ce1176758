"""The looks in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from matebit.doctor import installation, places
from matebit.doctor.finding import Finding


def examine(folder: Path, pages: Mapping[str, int], params: Path | None = None) -> Iterator[Finding]:
    """Look at everything, for work in `folder`; with a params file, at what that experiment needs too.

    `pages`: the ports of local pages by the commands that serve them.
    """
    looks: list[Callable[[], Iterator[Finding]]] = [
        installation.python,
        installation.libraries,
        installation.commands,
        installation.extras,
        installation.processor,
        installation.gpu,
        lambda: places.disk(folder),
        lambda: places.writable(folder),
        lambda: places.ports(pages),
        lambda: places.tracker(folder),
        places.weight_files,
    ]
    for look in looks:
        yield from look()
    if params is not None:
        yield from places.experiment(params)
