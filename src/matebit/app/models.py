"""The checkpoints that the page offers: the one that it began with, and those that were trained here."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from matebit.data.conditions.registry import CONDITIONS
from matebit.errors import MatebitError
from matebit.model.checkpoint import read_metadata

if TYPE_CHECKING:
    from matebit.translate.translator import Translator

logger = logging.getLogger("matebit")
_KEPT = 2  # loaded at once beside the first


def trained_here(base: Path) -> list[Path]:
    """The checkpoints of experiments below `base` whose condition a plain picture has, newest first."""
    found = []
    for path in base.glob("results/*/train/*/seed*/model.safetensors"):
        try:
            kind = (read_metadata(path).get("extra") or {}).get("conditions", {}).get("kind")
        except MatebitError as error:
            logger.warning("not offered: %s", error)
            continue
        if kind in CONDITIONS and CONDITIONS[kind].lines:
            found.append(path)
    return sorted(found, key=lambda path: path.stat().st_mtime, reverse=True)


def _title(path: Path) -> str:
    """`NAME, METHOD, seed S` of a path in `results`."""
    experiment, _, method, seed = path.parts[-5:-1]
    return f"{experiment}, {method}, {seed.replace('seed', 'seed ')}"


class Models:
    """Translators by number, `0` the first; others are loaded when they are asked for."""

    def __init__(self, first: Translator, others: Sequence[Path] = ()) -> None:
        self.first, self._others = first, list(others)
        self._loaded: dict[str, Translator] = {}
        self._lock = Lock()

    def listed(self) -> list[dict[str, str]]:
        """What the page shows of them."""
        name = Path(self.first.source).name
        rest = [
            {"id": str(number), "title": _title(path)} for number, path in enumerate(self._others, start=1)
        ]
        return [{"id": "0", "title": name}, *rest]

    def get(self, number: str) -> Translator:
        """The translator of this number. Raises `MatebitError` for another, or one that went away."""
        from matebit.translate.translator import load

        if number in ("", "0"):
            return self.first
        if not (number.isascii() and number.isdecimal() and 0 < int(number[:6]) <= len(self._others)):
            raise MatebitError("there is no such checkpoint; load the page again")
        with self._lock:
            if number not in self._loaded:
                while len(self._loaded) >= _KEPT:
                    self._loaded.pop(next(iter(self._loaded)))
                self._loaded[number] = load(self._others[int(number) - 1]).to(self.first.device)
            return self._loaded[number]
