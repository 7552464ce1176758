"""What a checkpoint says beside its weights: its condition, how label maps are coded, what it was shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from matebit import __version__
from matebit.config.data import ConditionsConfig
from matebit.config.sources import FolderConfig
from matebit.contracts.condition_kinds import CONDITIONS, possible_channels
from matebit.contracts.seen import Seen
from matebit.errors import MatebitError
from matebit.io.files import read_json, write_json
from matebit.model.checkpoint import read_metadata

CONDITIONS_KEY, MAPS_KEY, SEEN_KEY = "conditions", "label_maps", "seen"


@dataclass(frozen=True)
class Recorded:
    """What is recorded of the condition and of the training.

    `conditions`: what the condition is, None where the checkpoint does not say; `coding`: how label maps are
    coded; `seen`: what training showed, None in checkpoints that do not say.
    """

    conditions: ConditionsConfig | None = None
    coding: FolderConfig = field(default_factory=FolderConfig)
    seen: Seen | None = None

    def as_extra(self) -> dict[str, Any]:
        """The same for another file of the weights."""
        said: dict[str, Any] = {}
        if self.conditions is not None:
            said[CONDITIONS_KEY] = self.conditions.model_dump(mode="json")
        if self.coding != FolderConfig():
            said[MAPS_KEY] = self.coding.model_dump(mode="json", exclude_defaults=True)
        if self.seen is not None:
            said[SEEN_KEY] = self.seen.as_json()
        return said


def recorded_in(path: Path, extra: dict[str, Any], kind: str | None, channels: int) -> Recorded:
    """What the checkpoint `path` says in `extra`, and in `STEM.json` beside it of what it was shown.

    `kind`: of its condition, where it does not say; `channels`: those that the network reads. Raises
    `MatebitError` where they do not fit each other.
    """
    return Recorded(
        _conditions(path, extra.get(CONDITIONS_KEY), kind, channels), _coding(path, extra), _seen(path, extra)
    )


def _conditions(path: Path, recorded: Any, kind: str | None, channels: int) -> ConditionsConfig | None:
    if recorded is not None and kind is not None and recorded.get("kind") != kind:
        raise MatebitError(
            f"{path} was trained on the kind {recorded.get('kind')!r} of condition, not {kind!r}"
        )
    if recorded is None and kind is not None:
        recorded = {"kind": kind}
    try:
        conditions = None if recorded is None else ConditionsConfig(**recorded)
    except (ValidationError, TypeError) as error:
        raise MatebitError(
            f"the condition {recorded!r} of {path} is none that this version knows: its kinds are "
            f"{', '.join(CONDITIONS)}"
        ) from error
    if conditions is not None and channels not in possible_channels(conditions):
        raise MatebitError(
            f"{path} reads conditions of {channels} channels, but {conditions.kind!r} has "
            f"{' or '.join(map(str, possible_channels(conditions)))}: name another kind"
        )
    return conditions


def _coding(path: Path, extra: dict[str, Any]) -> FolderConfig:
    try:
        return FolderConfig(**extra.get(MAPS_KEY, {}))
    except (ValidationError, TypeError) as error:
        raise MatebitError(f"the coding of label maps that {path} names is none of this version") from error


def _seen(path: Path, extra: dict[str, Any]) -> Seen | None:
    """From the checkpoint, or from its provenance, if it was only recorded when it was shipped."""
    said = extra.get(SEEN_KEY)
    beside = path.with_suffix(".json")
    if said is None and beside.is_file():
        found = read_json(beside)
        said = found.get(SEEN_KEY) if isinstance(found, dict) else None
    return None if said is None else Seen.of_json(said, path)


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
