"""What made a checkpoint, and how a finished experiment becomes the one that comes with the program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from matebit.contracts.measures import read_values
from matebit.contracts.training import SUMMARY_FILE
from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_file, write_bytes, write_json
from matebit.model.checkpoint import read_metadata
from matebit.translate.recorded import SEEN_KEY
from matebit.weights.shipped import FOLDER

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


LARGEST_BYTES = 20 * 10**6


def ship(params: ResolvedParams, layout: Layout, method: str, seed: int, folder: Path = FOLDER) -> list[Path]:
    """Copy a run's checkpoint to `folder` as NAME.safetensors, what made it beside it as NAME.json.

    See `provenance_of`; it says what the training showed where the checkpoint does not. Raises `MatebitError`
    for a run that is not scored, and for a checkpoint of more than 20 MB.
    """
    checkpoint = finished_checkpoint(params, layout, method, seed)
    data = checkpoint.read_bytes()
    if len(data) > LARGEST_BYTES:
        raise MatebitError(
            f"{checkpoint} has {len(data):,} bytes, more than the {LARGEST_BYTES:,} of a shipped "
            "checkpoint: lower model.ngf"
        )
    told = provenance_of(params, layout, method, seed)
    if SEEN_KEY not in (read_metadata(checkpoint).get("extra") or {}):
        # It was trained before checkpoints said it. Imported here, because it takes long to load.
        from matebit.data.seen import seen_of_run

        told[SEEN_KEY] = seen_of_run(params, layout, seed).as_json()
    targets = [folder / f"{layout.name}.safetensors", folder / f"{layout.name}.json"]
    write_json(targets[1], told)
    write_bytes(targets[0], data)
    return targets
