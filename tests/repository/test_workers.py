"""xdist's workers take whole folders: otherwise every worker would run the smoke chains for itself."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from pathlib import Path

from command import REPOSITORY, environment
from workers import LONGEST, folder_of

HOOKS = """
import pytest
from workers import ByFolder, longest_first

def pytest_collection_modifyitems(items):
    longest_first(items)

def pytest_xdist_make_scheduler(config, log):
    return ByFolder(config, log)
"""
TEST = """
import os, pytest

@pytest.mark.parametrize("number", range(4))
def test_it(number):
    with open("taken.txt", "a") as file:
        file.write(f"{os.environ['PYTEST_XDIST_WORKER']} {__file__}\\n")
"""


def test_a_folder_is_taken_by_one_worker_and_a_long_one_first(tmp_path: Path):
    (tmp_path / "conftest.py").write_text(HOOKS)
    for folder in ("tests/a", "tests/b", "tests/c", LONGEST[0]):
        for name in ("one", "two"):
            path = tmp_path / folder / f"test_{Path(folder).name}_{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(TEST)
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "2", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path, env=environment(PYTHONPATH=str(REPOSITORY / "tests")),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    workers = defaultdict(set)
    taken = defaultdict(list)
    for line in (tmp_path / "taken.txt").read_text().splitlines():
        worker, file = line.split()
        folder = str(Path(file).parent.relative_to(tmp_path))
        workers[folder].add(worker)
        taken[worker].append(folder)
    assert len(workers) == 4
    assert all(len(found) == 1 for found in workers.values()), workers
    [first] = workers[LONGEST[0]]
    assert taken[first][0] == LONGEST[0]


def test_folders_of_tests():
    assert folder_of("tests/a/b/test_it.py::test_it[c::d/e]") == "tests/a/b"
    assert all((REPOSITORY / folder).is_dir() for folder in LONGEST)
