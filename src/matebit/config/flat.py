"""Nested parameters as dotted keys."""

from __future__ import annotations

from typing import Any


def flat(value: Any, prefix: str = "") -> dict[str, str]:
    """Nested parameters as dotted keys: {"train": {"batch": 8}} as {"train.batch": "8"}."""
    if isinstance(value, dict):
        rows: dict[str, str] = {}
        for key, inner in value.items():
            rows |= flat(inner, f"{prefix}.{key}" if prefix else str(key))
        return rows
    return {prefix: str(value)}
