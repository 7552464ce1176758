"""What made a checkpoint: parameters, digests of source and data, scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from matebit.contracts.training import SUMMARY_FILE
from matebit.contracts.values import read_values
from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_file

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams
    from matebit.pipeline.layout import Layout

_SECTIONS = {"data", "conditions", "pairs", "features", "seed", "threads"}


def finished_checkpoint(params: ResolvedParams, layout: Layout, method: str, seed: int) -> Path:
    """The checkpoint of a run. Raises `MatebitError` for a run that is none or has not trained."""
    if method not in params.methods or seed not in params.seeds:
        raise MatebitError(
            f"{layout.params} has no run of {method!r} with seed {seed}: its methods are "
            f"{', '.join(params.methods)}, its seeds {', '.join(map(str, params.seeds))}"
        )
    run = layout.run(method, seed)
    if not run.checkpoint.is_file():
        raise MatebitError(f"there is no checkpoint at {run.checkpoint}: train first")
    return run.checkpoint


def provenance_of(params: ResolvedParams, layout: Layout, method: str, seed: int) -> dict[str, Any]:
    """The run's parameters and those of its method, digests, and the scores.

    The digests are those of the source of every stage on the way and of the checkpoint. Raises `MatebitError`
    for a run that is not scored.
    """
    run = layout.run(method, seed)
    made_from = params.model_dump(mode="json", include=_SECTIONS)
    return {
        "name": layout.name,
        "method": method,
        "seed": seed,
        "checkpoint_sha256": sha256_of_file(run.checkpoint),
        "parameters": made_from | {"method": params.methods[method].model_dump(mode="json")},
        "source": {stage: params.code[stage] for stage in ("data", "conditions", "pairs", "train")},
        "training": read_json(run.train / SUMMARY_FILE),
        "scores": _scores(run.metrics),
    }


def _scores(folder: Path) -> dict[str, float | None]:
    return {
        row.metric: None if row.value != row.value else float(row.value)  # NaN is no JSON
        for row in read_values(folder).itertuples()
    }
