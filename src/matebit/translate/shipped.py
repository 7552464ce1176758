"""The checkpoint that comes with the program, and how a finished experiment becomes it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matebit.errors import MatebitError
from matebit.io.files import write_bytes, write_json
from matebit.model.checkpoint import read_metadata
from matebit.translate.provenance import finished_checkpoint, provenance_of
from matebit.translate.recorded import SEEN_KEY

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams
    from matebit.pipeline.layout import Layout

FOLDER = Path(__file__).parent.parent / "checkpoints"
SHIPPED = FOLDER / "portraits-sketch.safetensors"
LARGEST_BYTES = 20 * 10**6


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
