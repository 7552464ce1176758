"""The checkpoint that comes with the program, and how a finished experiment becomes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matebit.contracts.training import SUMMARY_FILE
from matebit.contracts.values import read_values
from matebit.errors import MatebitError
from matebit.io.files import read_json, sha256_of_file, write_bytes, write_json

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams
    from matebit.pipeline.layout import Layout

FOLDER = Path(__file__).parent.parent / "checkpoints"
SHIPPED = FOLDER / "portraits-sketch.safetensors"
LARGEST_BYTES = 20 * 10**6
_SECTIONS = {"data", "conditions", "pairs", "features", "seed", "threads"}


def shipped_checkpoint() -> Path:
    """The checkpoint taken where none is named. Raises `MatebitError` where this copy has none."""
    if not SHIPPED.is_file():
        raise MatebitError(
            "this copy of the program comes without a checkpoint: name one with --checkpoint, "
            "results/NAME/train/METHOD/seedS/model.safetensors"
        )
    return SHIPPED


def ship(params: ResolvedParams, layout: Layout, method: str, seed: int, folder: Path = FOLDER) -> list[Path]:
    """Copy a run's checkpoint to `folder` as NAME.safetensors, what made it beside it as NAME.json.

    Provenance: the run's parameters and those of its method, the digests of the source of every stage
    on the way, of the data and of the checkpoint, and the scores. Raises `MatebitError` for a run that
    is not scored, and for a checkpoint of more than 20 MB.
    """
    if method not in params.methods or seed not in params.seeds:
        raise MatebitError(
            f"{layout.params} has no run of {method!r} with seed {seed}: its methods are "
            f"{', '.join(params.methods)}, its seeds {', '.join(map(str, params.seeds))}"
        )
    run = layout.run(method, seed)
    if not run.checkpoint.is_file():
        raise MatebitError(f"there is no checkpoint at {run.checkpoint}: train first")
    data = run.checkpoint.read_bytes()
    if len(data) > LARGEST_BYTES:
        raise MatebitError(
            f"{run.checkpoint} has {len(data):,} bytes, more than the {LARGEST_BYTES:,} of a shipped "
            "checkpoint: lower model.ngf"
        )
    scores = _scores(run.metrics)
    targets = [folder / f"{layout.name}.safetensors", folder / f"{layout.name}.json"]
    made_from = params.model_dump(mode="json", include=_SECTIONS)
    write_json(
        targets[1],
        {
            "name": layout.name,
            "method": method,
            "seed": seed,
            "checkpoint_sha256": sha256_of_file(run.checkpoint),
            "parameters": made_from | {"method": params.methods[method].model_dump(mode="json")},
            "source": {stage: params.code[stage] for stage in ("data", "conditions", "pairs", "train")},
            "training": read_json(run.train / SUMMARY_FILE),
            "scores": scores,
        },
    )
    write_bytes(targets[0], data)
    return targets


def _scores(folder: Path) -> dict[str, float | None]:
    return {
        row.metric: None if row.value != row.value else float(row.value)  # NaN is no JSON
        for row in read_values(folder).itertuples()
    }
