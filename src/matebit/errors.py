"""The one exception that means "the user can mend this"."""

from __future__ import annotations

from collections.abc import Iterable


class MatebitError(Exception):
    """A mistake of the user or of the input: one sentence saying what, where and how to mend it.

    The command line prints the message and exits with status 2, without a traceback.
    Anything else that is raised is a defect of the program and keeps its traceback.
    """


def some_of(names: Iterable[str]) -> str:
    """The first three names in order, for a message: `a, b, c and 4 more`."""
    ordered = sorted(names)
    more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""
    return ", ".join(ordered[:3]) + more
