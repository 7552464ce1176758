"""Tables in YAML whose rows have names: reading one, and finding a row."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, TypeAdapter

from matebit.config.yaml_text import parse_yaml
from matebit.errors import MatebitError

Row = TypeVar("Row", bound=BaseModel)


def read_named(path: Path, row: type[Row]) -> dict[str, Row]:
    """Every row of the table by its key `name`, in the table's order."""
    rows = TypeAdapter(list[row]).validate_python(parse_yaml(path.read_text("utf-8"), path.name))  # type: ignore[valid-type]
    return {one.name: one for one in rows}  # type: ignore[attr-defined]


def row_named(table: Mapping[str, Row], name: str, refusal: str) -> Row:
    """The row `name`; where there is none, a `MatebitError`: `refusal`, then the nearest name."""
    if name not in table:
        near = difflib.get_close_matches(name, table, n=1, cutoff=0.3)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(table)}"
        raise MatebitError(f"{refusal}; {hint}")
    return table[name]
