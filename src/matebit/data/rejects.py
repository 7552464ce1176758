"""Images that cannot be used: listed, counted, and too many of them refused."""

from __future__ import annotations

from pathlib import Path

from matebit.contracts.structure import REJECTED_COLUMNS
from matebit.errors import MatebitError
from matebit.io.tables import write_table


def write_rejected(target: Path, rows: list[dict], total: int, max_share: float) -> None:
    """Write `rejected.csv`; a `MatebitError` when it holds more than `max_share` of `total`."""
    write_table(target, rows, REJECTED_COLUMNS)
    if len(rows) > max_share * total:
        raise MatebitError(
            f"{len(rows)} of {total} images cannot be used, more than "
            f"data.max_rejected_share: {max_share} allows; {target} says why (the first: "
            f"{rows[0]['reason']})"
        )
