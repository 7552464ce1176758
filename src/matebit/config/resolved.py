"""Reading `results/NAME/params.yaml`, without what writes it: the reader knows no stage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matebit.config.read import validated
from matebit.config.schema import ResolvedParams
from matebit.config.yaml_text import parse_yaml
from matebit.errors import MatebitError


def read_resolved(path: Path) -> ResolvedParams:
    """Read `results/NAME/params.yaml` back."""
    if not Path(path).exists():
        raise MatebitError(f"{path} does not exist; `matebit resolve params/NAME.yaml` writes it")
    value: Any = parse_yaml(Path(path).read_text(encoding="utf-8"), str(path))
    return validated(ResolvedParams, value, str(path))
