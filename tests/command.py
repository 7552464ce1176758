"""The program `matebit` as a user runs it: another process, in a folder of its own."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from matebit.cli.app import main

REPOSITORY = Path(__file__).resolve().parents[1]


def environment(**changes: str) -> dict[str, str]:
    """The variables of a user's shell in which the commands of this interpreter come first."""
    commands = Path(sys.executable).parent
    kept = {key: value for key, value in os.environ.items() if key != "MLFLOW_TRACKING_URI"}
    return {**kept, "PATH": f"{commands}{os.pathsep}{os.environ['PATH']}", **changes}


def matebit(folder: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `matebit WORDS` in `folder` and wait for it."""
    return subprocess.run(
        [sys.executable, "-m", "matebit", *map(str, words)],
        cwd=folder, env=environment(**variables), capture_output=True, text=True, check=False,
    )  # fmt: skip


@contextlib.contextmanager
def _log_as_before() -> Iterator[None]:
    """The program sends its log to its own standard error; afterwards it goes where it went before."""
    logger = logging.getLogger("matebit")
    handlers, propagate, level = list(logger.handlers), logger.propagate, logger.level
    yield
    logger.handlers[:], logger.propagate = handlers, propagate
    logger.setLevel(level)


def matebit_here(folder: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What `matebit` gives, in this process: the libraries of a stage take seconds to load.

    For what a command does and says. That it does so as a process, `matebit` shows.
    """
    args, said, complained, status = ["matebit", *map(str, words)], io.StringIO(), io.StringIO(), 0
    with (
        contextlib.chdir(folder),
        mock.patch.object(sys, "argv", args),
        mock.patch.dict(os.environ, variables),
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(complained),
        _log_as_before(),
    ):
        try:
            main()
        except SystemExit as end:
            status = end.code or 0
        except Exception:
            traceback.print_exc()
            status = 1
    return subprocess.CompletedProcess(args, status, said.getvalue(), complained.getvalue())


def start_matebit(folder: Path, *words: str | Path, **variables: str) -> subprocess.Popen[str]:
    """Start `matebit WORDS` in `folder`."""
    return subprocess.Popen(
        [sys.executable, "-m", "matebit", *map(str, words)],
        cwd=folder, env=environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def complaint(result: subprocess.CompletedProcess[str]) -> str:
    """The sentence of a command that refused: status 2, one line, no traceback."""
    [said] = complaint_lines(result)
    return said


def complaint_lines(result: subprocess.CompletedProcess[str]) -> list[str]:
    """The sentences of a command that refused, a line each: status 2, no traceback."""
    assert result.returncode == 2, f"{result.returncode}: {result.stdout}{result.stderr}"
    assert "Traceback" not in result.stderr
    said = [line for line in result.stderr.splitlines() if line.startswith("matebit: ")]
    assert said, result.stderr
    # What else is said are lines of the log, which begin with a time.
    rest = [line for line in result.stderr.splitlines() if line not in said]
    assert all(line[2:3] == ":" for line in rest), result.stderr
    return said


def copy_repository(target: Path) -> Path:
    """The repository's files, those not yet committed too, in a repository of their own at `target`.

    Nothing that is ignored comes along: no environment, no results.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (REPOSITORY / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(REPOSITORY / name, target / name)
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "--quiet"], ["add", "--all"], [*who, "commit", "--quiet", "-m", "copy"]):
        subprocess.run(["git", *words], cwd=target, check=True, capture_output=True)
    return target


def run_in(copy: Path, *words: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this environment in a copy of the repository, with the copy's own source."""
    return subprocess.run(
        [*map(str, words)], cwd=copy, env=environment(PYTHONPATH=str(copy / "src"), **variables),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
