"""Looks at the installation: Python, libraries, commands, extras."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from matebit.doctor.finding import Finding
from matebit.errors import MatebitError, some_of
from matebit.project.given import given_folder

_OLDEST, _NEWEST = (3, 11), (3, 14)


def python() -> Iterator[Finding]:
    """Whether the program supports this Python."""
    version, here = sys.version_info[:2], ".".join(map(str, sys.version_info[:3]))
    if _OLDEST <= version <= _NEWEST:
        yield Finding("Python", "good", f"{here}, {sys.prefix}")
    else:
        yield Finding(
            "Python", "mend", f"{here} is not supported", "use 3.11 to 3.14: make setup PYTHON=python3.13"
        )


def libraries() -> Iterator[Finding]:
    """Whether every library is there, in the versions with which the documented numbers were made."""
    wanted = {need.name: need for need in _requirements() if need.marker is None}
    absent, differing = [], []
    locked = _locked()
    for name, need in sorted(wanted.items()):
        version = _version(name)
        if version is None or not need.specifier.contains(version, prereleases=True):
            absent.append(f"{name}{need.specifier}")
        elif (pinned := locked.get(canonicalize_name(name))) and version.partition("+")[0] != pinned:
            differing.append(f"{name} {version} (locked {pinned})")
    if absent:
        do = f"pip install {' '.join(repr(each) for each in absent)}"
        yield Finding("libraries", "mend", f"absent or too old: {some_of(absent)}", do)
    if differing:
        yield Finding(
            "libraries", "note", f"not as locked: {some_of(differing)}; last digits of results may differ",
            "for the documented numbers: pip install -r requirements.lock",
        )  # fmt: skip
    if not (absent or differing):
        yield Finding("libraries", "good", f"{len(wanted)}, as locked")


def commands() -> Iterator[Finding]:
    """Whether the engines find what they call by name."""
    absent = [name for name in ("matebit", "snakemake", "dvc") if shutil.which(name) is None]
    if absent:
        said = f"not on the PATH: {', '.join(absent)}; the engines call them by name"
        do = f"activate the environment: source {sys.prefix}/bin/activate"
        yield Finding("commands", "mend", said, do)
    else:
        yield Finding("commands", "good", "matebit, snakemake and dvc are on the PATH")
    if shutil.which("git"):
        yield Finding("git", "good", str(shutil.which("git")))
    else:
        yield Finding(
            "git", "note", "absent: runs do not name the version of your project", "install git for `dvc`"
        )


def extras() -> Iterator[Finding]:
    """Which extras are installed."""
    for extra in metadata.metadata("matebit").get_all("Provides-Extra") or []:
        needs = [
            need
            for need in _requirements()
            if need.marker
            and need.marker.evaluate({"extra": extra})
            and not need.marker.evaluate({"extra": ""})
        ]
        lacking = [need.name for need in needs if _version(need.name) is None]
        if lacking:
            do = f"if you need it: pip install 'matebit[{extra}]'"
            yield Finding(f"extra {extra}", "note", f"not installed ({', '.join(lacking)})", do)
        else:
            yield Finding(f"extra {extra}", "good", ", ".join(need.name for need in needs))


def _requirements() -> list[Requirement]:
    return [Requirement(text) for text in metadata.requires("matebit") or []]


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _locked() -> dict[str, str]:
    """Versions of requirements.lock by the libraries' names; those of several by platform are left out."""
    try:
        text = (given_folder() / "requirements.lock").read_text(encoding="utf-8")
    except (MatebitError, OSError):
        return {}
    pins = re.findall(r"^([A-Za-z0-9_.-]+)==([^\s;\\]+)", text, re.MULTILINE)
    names = [name for name, _ in pins]
    return {canonicalize_name(name): version for name, version in pins if names.count(name) == 1}
