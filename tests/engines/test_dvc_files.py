"""The shipped files of DVC are what `matebit dvc` writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from command import REPOSITORY, matebit_here

SHIPPED = sorted([REPOSITORY / "dvc.yaml", *REPOSITORY.glob("pipelines/*/dvc.yaml")])


def test_the_demo_stands_at_the_root_and_smoke_in_its_folder():
    names = {path.relative_to(REPOSITORY).as_posix() for path in SHIPPED}
    assert {"dvc.yaml", "pipelines/smoke/dvc.yaml"} <= names


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_it_is_what_the_command_writes(path: Path, tmp_path: Path):
    params = re.search(r"matebit dvc (\S+)`", path.read_text())[1]
    (tmp_path / params).parent.mkdir(parents=True)
    (tmp_path / params).write_bytes((REPOSITORY / params).read_bytes())
    result = matebit_here(tmp_path, "dvc", params)
    assert result.returncode == 0, result.stderr
    written = path.relative_to(REPOSITORY)
    assert result.stdout.strip() == written.as_posix()
    assert (tmp_path / written).read_text() == path.read_text()
