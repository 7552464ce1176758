"""One smoke run through each engine, each in its own copy of the repository, shared by all tests."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_runs import Run, clone, run_smoke

from command import copy_repository


@pytest.fixture(scope="session")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository as it is now, from which both engines' copies are cloned."""
    return copy_repository(tmp_path_factory.mktemp("origin"))


@pytest.fixture(scope="session")
def by_snakemake(origin: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The smoke run through Snakemake."""
    return run_smoke("snakemake", clone(origin, tmp_path_factory.mktemp("snakemake") / "copy"))


@pytest.fixture(scope="session")
def by_dvc(origin: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The smoke run through DVC."""
    return run_smoke("dvc", clone(origin, tmp_path_factory.mktemp("dvc") / "copy"))


@pytest.fixture
def edited() -> Iterator[object]:
    """`edited(path, text)`: append a text to a file until the test ends; a section replaces the file's."""
    before: dict[Path, bytes] = {}

    def edit(path: Path, text: str) -> None:
        before[path] = path.read_bytes()
        section = re.match(r"\n(\w+:)", text) if path.suffix == ".yaml" else None
        lines = before[path].decode().splitlines(keepends=True)
        kept = [line for line in lines if section is None or not line.startswith(section[1])]
        path.write_text("".join(kept) + text, encoding="utf-8")

    yield edit
    for path, content in before.items():
        path.write_bytes(content)
