"""The exception that means "the user can mend this", and what the system refuses in its words."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class MatebitError(Exception):
    """A mistake of the user or of the input: one sentence saying what, where and how to mend it.

    Several mistakes of one file are a line each. The command line prints the message and exits with status 2,
    without a traceback. Anything else that is raised is a defect of the program and keeps its traceback.
    """


def some_of(names: Iterable[str]) -> str:
    """The first three names in order, for a message: `a, b, c and 4 more`."""
    ordered = sorted(names)
    more = f" and {len(ordered) - 3} more" if len(ordered) > 3 else ""
    return ", ".join(ordered[:3]) + more


# What is no defect of the program. A file that is absent is none of these: whoever opens it says what it is.
_REFUSALS = {
    errno.ENOSPC: "the disk is full; make room, the same command goes on",
    errno.EDQUOT: "your share of the disk is used up; make room, the same command goes on",
    errno.EFBIG: "the file is larger than allowed here; raise the limit, the same command goes on",
    errno.EACCES: "permission is denied; allow it or choose another place",
    errno.EPERM: "the system does not permit it; allow it or choose another place",
    errno.EROFS: "this place is read-only; choose another one",
    errno.ENAMETOOLONG: "the name is too long for the file system; shorten it",
    errno.EEXIST: "something of that name is in the way; remove it or choose another name",
    errno.ENOTDIR: "a part of this path is a file, not a folder; choose another place",
    errno.EISDIR: "this is a folder, where a file is meant; choose another name",
    errno.ELOOP: "its links lead round in a circle; mend them",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n)",
    errno.EIO: "the disk reports an error; look at the disk, the same command goes on",
}


def refusal(error: OSError) -> str | None:
    """One sentence with the path for what the system refuses; None for what it does not (a defect)."""
    number, place = error.errno, error.filename
    if number is None and error.args and isinstance(error.args[0], list):  # shutil's: one for each file
        _, place, why = error.args[0][0]
        found = re.search(r"\[Errno (\d+)\]", str(why))
        number = int(found[1]) if found else None
    if number not in _REFUSALS:
        return None
    said = _REFUSALS[number]
    return f"{place}: {said}" if place is not None else said


@contextmanager
def system_refusals_said() -> Iterator[None]:
    """What the system refuses in the block becomes a `MatebitError`; every other error stays as it is."""
    try:
        yield
    except OSError as error:
        said = refusal(error)
        if said is None:
            raise
        raise MatebitError(said) from error
