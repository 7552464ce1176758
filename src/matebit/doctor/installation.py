"""Looks at the machine and the installation: processor, GPU; Python, libraries, commands, extras."""

from __future__ import annotations

import os
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

_LEAST_MEMORY = 4e9  # bytes; `make demo` was seen to hold 1.5 GB a job, and two run at once


def processor() -> Iterator[Finding]:
    """Cores that this process may use, and memory."""
    import psutil

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = psutil.virtual_memory()
    said = f"{cores} cores, {memory.total / 1e9:.1f} GB of memory, {memory.available / 1e9:.1f} GB free"
    if memory.available < _LEAST_MEMORY:
        do = "close other programs, or run one job at a time: snakemake --cores 1"
        yield Finding("processor", "note", said, do)
    else:
        yield Finding("processor", "good", said)


def gpu() -> Iterator[Finding]:
    """Whether PyTorch loads, and which GPU it sees."""
    try:
        import torch
    except (ImportError, OSError) as error:
        said = f"does not load ({str(error).splitlines()[0]})"
        yield Finding("PyTorch", "mend", said, "pip install --force-reinstall torch torchvision")
        return
    yield Finding("PyTorch", "good", f"{torch.__version__}, {torch.get_num_threads()} threads")
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            about = torch.cuda.get_device_properties(number)
            said = f"{about.name}, {about.total_memory / 1e9:.0f} GB"
            yield Finding(f"GPU {number}", "good", said)
    elif shutil.which("nvidia-smi") is None:
        do = "train.device: auto takes the CPU, for which the bundled experiments are made"
        yield Finding("GPU", "note", "none", do)
    elif torch.version.cuda is None:
        do = "install a build with CUDA, see https://pytorch.org/get-started/locally"
        yield Finding("GPU", "mend", "there is one, but this PyTorch was built without CUDA", do)
    else:
        do = f"update its driver to one for CUDA {torch.version.cuda}; `nvidia-smi` says what it is"
        yield Finding("GPU", "mend", "there is one, but PyTorch cannot use it", do)


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
