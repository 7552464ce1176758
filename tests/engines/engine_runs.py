"""A smoke run through an engine, in a copy of the repository."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from command import run_in

COMMANDS = {
    "snakemake": ("snakemake", "--cores", "all", "--configfile", "params/smoke.yaml"),
    "dvc": ("dvc", "repro", "pipelines/smoke/dvc.yaml"),
}


@dataclass(frozen=True)
class Run:
    """A copy of the repository in which an engine ran the smoke chain."""

    engine: str
    copy: Path
    said: str

    def again(self, *options: str) -> subprocess.CompletedProcess[str]:
        """The same command once more."""
        return run_in(self.copy, *COMMANDS[self.engine], *options)

    def files(self) -> Iterator[Path]:
        """What both engines must have written alike, relative to the copy."""
        for folder in ("results/smoke", "reports/smoke"):
            for path in sorted((self.copy / folder).rglob("*")):
                name = path.relative_to(self.copy)
                if path.is_file() and not any(part.startswith(".") for part in name.parts):
                    yield name


def clone(origin: Path, target: Path) -> Path:
    """A fresh clone."""
    subprocess.run(["git", "clone", "--quiet", str(origin), str(target)], check=True)
    return target


def run_smoke(engine: str, copy: Path) -> Run:
    """Run the smoke chain in a clone."""
    result = run_in(copy, *COMMANDS[engine])
    said = result.stdout + result.stderr
    assert result.returncode == 0, said[-6000:]
    return Run(engine, copy, said)
