"""`config.json` beside shared weights: what is inside them, for readers and for the Hub."""

from __future__ import annotations

from pathlib import Path

from matebit import __version__
from matebit.io.files import write_json
from matebit.model.checkpoint import read_metadata

CONFIG_FILE = "config.json"


def write_config(checkpoint: Path) -> Path:
    """Write what the file of weights says of itself beside it."""
    inside = read_metadata(checkpoint)
    target = checkpoint.with_name(CONFIG_FILE)
    write_json(
        target,
        {
            "library_name": "matebit",
            "matebit_version": __version__,
            "model": inside.get("config"),
            "conditions": (inside.get("extra") or {}).get("conditions"),
        },
    )
    return target
