"""Where a figure or a page comes from: digests of what made it, the same in every run."""

from __future__ import annotations

from typing import Any

from matebit import __version__
from matebit.config.yaml_text import parse_yaml
from matebit.io.files import sha256_of_file
from matebit.report.experiment import Experiment


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
