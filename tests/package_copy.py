"""A copy of the package whose files a test edits, and the digests of source taken from there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from command import REPOSITORY
from matebit.pipeline import source_digest

PACKAGE = REPOSITORY / "src/matebit"


def copied_package(folder: Path) -> Path:
    """The copy, `folder/matebit`."""
    shutil.copytree(PACKAGE, folder / "matebit", ignore=shutil.ignore_patterns("__pycache__"))
    return folder / "matebit"


def edit(path: Path, old: str, new: str) -> None:
    """Replace `old` by `new` where it first stands; an empty `old` is the end of the file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1) if old else text + new)


@contextmanager
def digests_from(package: Path) -> Iterator[None]:
    """Inside, the source of the stages is that of `package`."""
    by_content = (source_digest._parsed, source_digest._parts_of)  # right wherever the package lies
    caches = [
        kept
        for kept in vars(source_digest).values()
        if hasattr(kept, "cache_clear") and kept not in by_content
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(source_digest, "_ROOT", package)
        try:
            for kept in caches:
                kept.cache_clear()
            yield
        finally:
            for kept in caches:
                kept.cache_clear()
