"""The lock file, conda's file and the project's own dependencies say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from command import REPOSITORY

PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
LOCK = (REPOSITORY / "requirements.lock").read_text()
PINS = [block for block in re.split(r"\n(?=\S)", LOCK) if block.strip() and block[0] != "#"]


def wanted() -> list[Requirement]:
    """The dependencies that pyproject.toml names, those of developers too."""
    named = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    return [Requirement(line) for line in named]


@pytest.mark.parametrize("pin", PINS, ids=lambda pin: pin.split()[0])
def test_every_pin_is_exact_and_has_hashes(pin: str):
    assert re.match(r"^[a-z0-9._-]+(\[[a-z0-9,._-]+\])?==[^\s;]+( ; .+?)? \\\n", pin), pin[:80]
    lines = pin.splitlines()[1:]
    assert lines
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in lines)


def test_no_host_is_named():
    assert "://" not in LOCK
    assert not re.search(r"^--?(i|index-url|extra-index-url|find-links|trusted-host)\b", LOCK, re.M)


@pytest.mark.parametrize("requirement", wanted(), ids=lambda requirement: requirement.name)
def test_every_dependency_is_pinned_within_its_bounds(requirement: Requirement):
    name = canonicalize_name(requirement.name)
    versions = [
        pin.split("==")[1].split()[0] for pin in PINS if canonicalize_name(re.split(r"[=\[]", pin)[0]) == name
    ]
    assert versions
    assert all(requirement.specifier.contains(version, prereleases=True) for version in versions)


def test_condas_file_takes_the_lock_and_a_python_that_fits():
    environment = yaml.safe_load((REPOSITORY / "environment.yml").read_text())
    [pip] = [part["pip"] for part in environment["dependencies"] if isinstance(part, dict)]
    assert pip == ["-r requirements.lock"]
    plain = [part for part in environment["dependencies"] if isinstance(part, str)]
    [python] = [part.partition("=")[2] for part in plain if part.startswith("python=")]
    assert SpecifierSet(PROJECT["project"]["requires-python"]).contains(python)
    assert {"git", "pip"} <= set(plain)


@pytest.mark.parametrize("requirement", wanted(), ids=lambda requirement: requirement.name)
def test_every_dependency_is_explained(requirement: Requirement):
    page = Path(REPOSITORY, "docs/libraries.md").read_text()
    assert re.search(rf"\b{re.escape(requirement.name)}\b", page, re.IGNORECASE)


def test_the_makefile_takes_the_pythons_that_the_project_takes():
    bounds = SpecifierSet(PROJECT["project"]["requires-python"])
    makefile = (REPOSITORY / "Makefile").read_text()
    [listed] = re.findall(r"for name in (.+?); do", makefile)
    versions = [name.removeprefix("python") for name in listed.split() if name != "python3"]
    assert versions == sorted(versions, key=lambda version: int(version.partition(".")[2]), reverse=True)
    assert all(bounds.contains(f"{version}.0") for version in versions)
    newest, oldest = (tuple(map(int, version.split("."))) for version in (versions[0], versions[-1]))
    assert not bounds.contains(f"{newest[0]}.{newest[1] + 1}.0")
    assert not bounds.contains(f"{oldest[0]}.{oldest[1] - 1}.9")
    assert f"not {oldest} <= sys.version_info[:2] <= {newest}" in makefile
