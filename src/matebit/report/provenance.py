"""Where a figure or a page comes from, and the manifest: the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matebit import __version__
from matebit.config.yaml_text import parse_yaml
from matebit.io.files import sha256_of_file
from matebit.io.tables import write_table
from matebit.pipeline.layout import Layout
from matebit.report.experiment import Experiment

MANIFEST = "manifest.csv"
MANIFEST_COLUMNS = ["file", "bytes", "sha256"]


def manifest_rows(layout: Layout) -> Iterator[dict]:
    """Every file of `results/NAME` and `reports/NAME` but the manifest and hidden ones, by path.

    Logs, benchmarks, resumable state and run ids lie elsewhere: they hold wall-clock times.
    """
    for folder in (layout.reports, layout.results):
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(layout.base).parts
            if (
                path.is_file()
                and path != layout.reports / MANIFEST
                and not any(p.startswith(".") for p in parts)
            ):
                yield {
                    "file": Path(*parts).as_posix(),
                    "bytes": path.stat().st_size,
                    "sha256": sha256_of_file(path),
                }


def write_manifest(layout: Layout) -> None:
    """Write `reports/NAME/manifest.csv`."""
    write_table(layout.reports / MANIFEST, manifest_rows(layout), MANIFEST_COLUMNS)


def provenance(experiment: Experiment) -> dict[str, Any]:
    """Digests of parameters, source, data and checkpoints; paths are relative to `results/NAME`."""
    layout = experiment.layout
    indexes = (layout.data, layout.conditions)
    files = [*(folder / "index.csv" for folder in indexes), layout.pairs / "pairs.csv"]
    checkpoints = [
        layout.run(method, seed).checkpoint
        for method in experiment.trained
        for seed in experiment.params.seeds
    ]
    resolved = parse_yaml(layout.params.read_text(encoding="utf-8"), str(layout.params))
    return {
        "name": layout.name,
        "matebit": __version__,
        "params_sha256": sha256_of_file(layout.params),
        "source": resolved.get("code", {}),
        "data": {file.relative_to(layout.results).as_posix(): sha256_of_file(file) for file in files},
        "checkpoints": {
            file.relative_to(layout.results).as_posix(): sha256_of_file(file)
            for file in checkpoints
            if file.exists()
        },
        "seed": experiment.params.seed,
        "seeds": list(experiment.params.seeds),
        "exemplar_rank": experiment.params.pairs.rank,
        "exemplars_from": experiment.params.pairs.exemplars_from,
        "features": experiment.params.features.label,
    }
