"""How xdist's workers share the tests: a folder at a time, the folders that take longest first.

`--dist loadgroup` would do the first, but pytest 9.2 ignores the names that xdist 3.8 gives to grouped tests,
without a word: every worker then runs the smoke chain for itself.
"""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest
from xdist.scheduler import LoadScopeScheduling

# By their seconds of processor time. Begun last, such a folder would leave the other workers idle.
LONGEST = ("tests/engines", "tests/pipeline", "tests/train", "tests/tracking", "tests/report", "tests/data")


def folder_of(nodeid: str) -> str:
    """The folder of a test: `tests/a/b` of `tests/a/b/test_it.py::test_it[c::d/e]`."""
    return str(PurePosixPath(nodeid.partition("::")[0]).parent)


def longest_first(items: list[pytest.Item]) -> None:
    """Put the tests in the order in which workers shall take their folders."""
    items.sort(key=lambda item: [*LONGEST, folder_of(item.nodeid)].index(folder_of(item.nodeid)))


class ByFolder(LoadScopeScheduling):
    """A folder's tests stay in one worker: its session fixtures are made once."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        config.option.loadscopereorder = False  # would put the folders with most tests first
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return folder_of(nodeid)
