"""Looks at places (disk, folders, ports, MLflow's store) and at what an experiment needs in them."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from matebit.doctor.finding import Finding
from matebit.errors import MatebitError
from matebit.io.listening import listening
from matebit.tracking.place import tracking_uri, without_password
from matebit.weights.location import how_to_get, path_of, problem_of, weights_folder
from matebit.weights.registry import Weight, weights


def weight_files() -> Iterator[Finding]:
    """Which weight files are there, which are cut short, which may have to be fetched."""
    there, absent = [], []
    for weight in weights().values():
        problem = _problem(weight)
        if problem is None:
            there.append(weight.name)
        elif weight.package is None and problem == "absent":
            absent.append(weight)
        elif weight.package is None:
            do = f"remove {path_of(weight)}; {how_to_get(weight)}"
            yield Finding("weights", "mend", f"{weight.name}: {problem}", do)
        elif "is not installed" not in problem:
            yield Finding("weights", "mend", f"{weight.name}: {problem}", how_to_get(weight))
    yield Finding("weights", "good", f"there: {', '.join(there) or 'none'}")
    if absent:
        names = [weight.name for weight in absent]
        do = f"those that an experiment needs: matebit weights fetch NAME (into {weights_folder()}/)"
        yield Finding("weights", "note", f"not there: {', '.join(names)}", do)


def _problem(weight: Weight) -> str | None:
    try:
        return problem_of(weight, path_of(weight))
    except MatebitError as not_installed:
        return str(not_installed)


def experiment(params: Path) -> Iterator[Finding]:
    """Whether a params file is in order, and its data and weights are there."""
    from matebit.config.read import read_mapping
    from matebit.data.datasets import absent_data
    from matebit.engines.given import check_given
    from matebit.engines.resolve import resolve
    from matebit.weights.needed import absent_weights

    try:
        resolved = resolve(read_mapping(params), str(params))
        check_given(resolved)
    except MatebitError as fault:
        for line in str(fault).splitlines():
            yield Finding(
                "experiment", "mend", line, "correct the params file; `matebit params` lists all keys"
            )
        return
    data, files = absent_data(resolved.data), absent_weights(resolved)
    if data:
        what, _, do = data.partition("; ")
        yield Finding("experiment", "mend", what, do)
    if files:
        what, _, do = files.rpartition("; ")
        yield Finding("experiment", "mend", what, do)
    if not (data or files):
        yield Finding("experiment", "good", f"{params} is in order; its data and weights are there")


_LEAST_DISK, _WANTED_DISK = 1e9, 10e9  # bytes: the demo's files; some experiments of one's own
_SECONDS_TO_ANSWER = 3.0


def disk(folder: Path) -> Iterator[Finding]:
    """Room where the results go."""
    free = shutil.disk_usage(folder).free
    said = f"{free / 1e9:.1f} GB free in {folder.resolve()}"
    if free >= _WANTED_DISK:
        yield Finding("disk", "good", said)
    else:
        do = "make room, or work in a folder on another disk; full-size datasets take tens of GB"
        yield Finding("disk", "mend" if free < _LEAST_DISK else "note", said, do)


def writable(folder: Path) -> Iterator[Finding]:
    """Whether files can be written, and locked, where the program writes."""
    names = ("results", "reports", "runs", "logs", "benchmarks")
    wanted = {folder: "the project"} | {folder / name: name for name in names}
    wanted |= {weights_folder(): "weights", Path(tempfile.gettempdir()): "temporary files"}
    troubles = [trouble for path in wanted if (trouble := _trouble(path))]
    for path, why in troubles:
        do = f"allow writing to {path}, or work in another folder"
        yield Finding("folders", "mend", f"{path}: {why}", do)
    if not troubles:
        yield Finding("folders", "good", f"all {len(wanted)} can be written to, and files locked")


def _trouble(path: Path) -> tuple[Path, str] | None:
    """Why nothing can be written into a folder, or into the nearest one above it that is there."""
    there = next(each for each in (path, *path.resolve().parents) if each.exists())
    if not there.is_dir():
        return there, "it is a file where a folder is meant"
    try:
        with (
            tempfile.TemporaryDirectory(prefix=".matebit-doctor-", dir=there) as probe,
            FileLock(Path(probe, "lock"), timeout=_SECONDS_TO_ANSWER),
        ):
            Path(probe, "file").write_bytes(b"matebit")
    except Timeout:
        return there, "its file system does not lock files"
    except (OSError, NotImplementedError) as error:
        return there, getattr(error, "strerror", None) or str(error)
    return None


def ports(wanted: Mapping[str, int]) -> Iterator[Finding]:
    """Whether the ports of the local pages are free, by the commands that serve them."""
    for command, port in wanted.items():
        try:
            listening("127.0.0.1", port).close()
        except MatebitError:
            do = f"choose another one: matebit {command} --port {port + 1}"
            yield Finding(f"port {port}", "note", f"not free for `matebit {command}`", do)
        else:
            yield Finding(f"port {port}", "good", f"free for `matebit {command}`")


def tracker(folder: Path) -> Iterator[Finding]:
    """Whether MLflow's store can be reached."""
    uri = tracking_uri(folder)
    parts, shown = urlsplit(uri), without_password(uri)
    if parts.hostname is None:
        path = Path(parts.path.removeprefix("/")) if uri.startswith("sqlite") else folder
        if path.exists() and not os.access(path, os.W_OK):
            do = "allow writing to it, or set MLFLOW_TRACKING_URI"
            yield Finding("MLflow's store", "mend", f"{shown} cannot be written to", do)
        else:
            yield Finding("MLflow's store", "good", shown)
        return
    usual = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306}
    port = parts.port or usual.get(parts.scheme.partition("+")[0], 443)
    try:
        with socket.create_connection((parts.hostname, port), timeout=_SECONDS_TO_ANSWER):
            yield Finding("MLflow's store", "good", f"{shown} answers")
    except OSError as error:
        said = f"{shown} does not answer ({error.strerror or error})"
        do = "start it, correct MLFLOW_TRACKING_URI, or unset that for a file here; no run is lost meanwhile"
        yield Finding("MLflow's store", "mend", said, do)
