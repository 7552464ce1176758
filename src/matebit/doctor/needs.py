"""Looks at what must be fetched: weight files, and what an experiment asks for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from matebit.doctor.finding import Finding
from matebit.errors import MatebitError
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
