"""Expected numbers: what an experiment measured where its authors ran it, and whether another run agrees.

On the same kind of processor, with the same versions of the numerical libraries, every number must be equal
to the last written digit. Elsewhere rounding differs and a training drifts apart, so there a number agrees if
its interval over the test images overlaps with the expected one; a number without an interval is shown, not
judged.
"""

from __future__ import annotations

import math
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from matebit.config.read import read_resolved
from matebit.config.schema import MethodSections, ResolvedParams
from matebit.config.yaml_text import flat
from matebit.errors import MatebitError
from matebit.io.files import read_json, write_json
from matebit.pipeline.layout import Layout
from matebit.pipeline.runs import scored
from matebit.report.comparison import Cell, comparison_table
from matebit.report.experiment import Experiment
from matebit.report.scores import read_scores

_LIBRARIES = ("torch", "numpy", "scipy", "scikit-image", "opencv-python-headless", "pillow")
_CPUINFO = Path("/proc/cpuinfo")


def _cpu() -> dict[str, str]:
    """Vendor and family on Linux: libraries choose their routines by these; else the system's own word."""
    if not _CPUINFO.exists():
        return {"cpu": platform.processor() or "unknown"}
    lines = (line.partition(":") for line in _CPUINFO.read_text(encoding="utf-8").splitlines())
    first: dict[str, str] = {}
    for key, _, value in lines:
        first.setdefault(key.strip(), value.strip())
    parts = [first[key] for key in ("vendor_id", "cpu family") if key in first]
    return {"cpu": " family ".join(parts) or first.get("model name", "unknown")}


def processor_kind(params: ResolvedParams) -> dict[str, str]:
    """Machine, processor, vector instructions, the GPU if the networks run on one, library versions."""
    import torch

    trained = (method for method in params.methods.values() if isinstance(method, MethodSections))
    devices = {method.train.device for method in trained}
    accelerated = torch.cuda.is_available() and devices != {"cpu"}
    return {
        "machine": f"{platform.system()} {platform.machine()}",
        **_cpu(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "gpu": torch.cuda.get_device_name() if accelerated else "none",
        **{library: version(library) for library in _LIBRARIES},
    }


Verdict = Literal["equal", "within", "apart", "absent", "no interval"]
AGREES = {"equal", "within", "no interval"}
# What decides no number: where the runs are logged, how the report looks, where the data lie.
_ASIDE = ("tracking", "report", "code")
_PLACES = ("data.root", "data.workers")


@dataclass(frozen=True)
class Compared:
    """One expected number, the number of this run (None if it was not measured), and whether they agree."""

    method: str
    metric: str
    expected: float
    found: float | None
    verdict: Verdict


def expected_file(base: Path, name: str) -> Path:
    """`expected/NAME.json`."""
    return base / "expected" / f"{name}.json"


def _rounded(value: float) -> float:
    """Nine significant digits, as the tables are written; an infinite value stays."""
    return float(f"{value:.9g}")


def _numbers(params: ResolvedParams, layout: Layout) -> list[dict[str, Any]]:
    """Every cell of the comparison table, by method and metric."""
    experiment = Experiment(params, layout)
    scores = read_scores(layout, scored(params))
    table = comparison_table(scores, experiment.methods, experiment.controls, params.report, params.seed)

    def entry(cell: Cell, method: str, features: str) -> dict[str, Any]:
        ends = None if cell.interval is None else [_rounded(end) for end in cell.interval]
        # JSON has no infinity (PSNR of equal images): it is written as text.
        mean = _rounded(cell.mean) if math.isfinite(cell.mean) else repr(cell.mean)
        return {"method": method, "metric": cell.metric, "features": features, "mean": mean, "interval": ends,
                "images": cell.n, "seeds": cell.seeds}  # fmt: skip

    rows = [entry(cell, row.method, column.features) for (row, column), cell in table.cells.items()]
    return sorted(rows, key=lambda row: (row["method"], row["metric"], row["features"]))


def _settings(params: ResolvedParams, *, changed: bool = False) -> dict[str, str]:
    """The parameters on which numbers depend, flat; or those of them alone that are not at their default."""
    sections = params.model_dump(mode="json", exclude_defaults=changed)
    settings = flat({key: value for key, value in sections.items() if key not in _ASIDE})
    return {key: value for key, value in settings.items() if key not in _PLACES}


def write_expected(base: Path, name: str) -> Path:
    """Write `expected/NAME.json` from the scores of `results/NAME`."""
    layout = Layout(name, base)
    params = read_resolved(layout.params)
    target = expected_file(base, name)
    content = {
        "name": name,
        "processor": processor_kind(params),
        "parameters": _settings(params),
        "numbers": _numbers(params, layout),
    }
    write_json(target, content)
    return target


def _verdict(expected: dict[str, Any], found: dict[str, Any] | None, exactly: bool) -> Verdict:
    if found is None:
        return "absent"
    if found["mean"] == expected["mean"] and found["images"] == expected["images"]:
        return "equal"
    if exactly:
        return "apart"
    if expected["interval"] is None or found["interval"] is None:
        return "no interval"
    (low, high), (other_low, other_high) = expected["interval"], found["interval"]
    return "within" if other_low <= high and low <= other_high else "apart"


def _compared(expected: list[dict], found: list[dict], exactly: bool) -> Iterator[Compared]:
    by_name = {(row["method"], row["metric"], row["features"]): row for row in found}
    for row in expected:
        own = by_name.get((row["method"], row["metric"], row["features"]))
        yield Compared(
            row["method"],
            row["metric"],
            float(row["mean"]),
            None if own is None else float(own["mean"]),
            _verdict(row, own, exactly),
        )


def check_expected(base: Path, name: str) -> tuple[dict[str, tuple[str, str]], list[Compared]]:
    """Compare `results/NAME` with `expected/NAME.json`.

    Gives what differs between the processors and libraries (key -> expected, here; empty on the same kind)
    and every number with its verdict. Raises `MatebitError` where there is nothing to compare, or where the
    run had other parameters.
    """
    layout = Layout(name, base)
    path = expected_file(base, name)
    if not path.exists():
        raise MatebitError(f"{path} does not exist; `matebit check {name} --write` makes it of this run")
    expected = read_json(path)
    params = read_resolved(layout.params)
    mine, theirs = _settings(params), expected["parameters"]
    # A key that came after the file was written made no difference then, and at its default makes none now.
    changed = _settings(params, changed=True)
    theirs = {key: value for key, value in mine.items() if key not in changed} | theirs
    different = sorted(key for key in mine.keys() | theirs.keys() if mine.get(key) != theirs.get(key))
    if different:
        key = different[0]
        more = f" and {len(different) - 1} more" if len(different) > 1 else ""
        raise MatebitError(
            f"{layout.results} was run with other parameters than {path}: {key} is {mine.get(key, 'absent')} "
            f"instead of {theirs.get(key, 'absent')}{more}; numbers of different experiments do not compare"
        )
    here = processor_kind(params)
    kinds = {
        key: (expected["processor"].get(key, ""), here.get(key, ""))
        for key in sorted(here.keys() | expected["processor"].keys())
        if expected["processor"].get(key) != here.get(key)
    }
    return kinds, list(_compared(expected["numbers"], _numbers(params, layout), exactly=not kinds))
