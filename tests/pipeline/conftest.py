"""A copy of the repository in which nothing has run."""

from __future__ import annotations

from pathlib import Path

import pytest

from command import copy_repository


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's files in a folder of their own; nothing is run there for real."""
    return copy_repository(tmp_path_factory.mktemp("project"))
