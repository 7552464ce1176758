"""CSV tables with declared columns: the index files that the stages hand on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from matebit.errors import MatebitError
from matebit.io.files import write_text

if TYPE_CHECKING:
    import pandas as pd


def write_table(target: Path, rows: Iterable[dict] | pd.DataFrame, columns: list[str]) -> None:
    """Write `rows` with exactly `columns`, in their order and in the rows' order, atomically.

    Floats are written with nine significant digits (float32 survives the trip), missing values empty.
    """
    import pandas as pd  # takes longer to import than most of what imports this file

    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows), columns=columns)
    write_text(target, frame[columns].to_csv(index=False, float_format="%.9g", lineterminator="\n"))


def read_table(path: Path, columns: list[str], text: Iterable[str] = ()) -> pd.DataFrame:
    """Read a table that must have `columns`; columns named in `text` stay strings ("007" is an id)."""
    import pandas as pd

    path = Path(path)
    if not path.exists():
        raise MatebitError(f"{path} does not exist; run the stage that writes it")
    try:
        frame = pd.read_csv(path, dtype={name: str for name in text}, keep_default_na=True)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise MatebitError(
            f"{path} is not a CSV table ({error}); run the stage that writes it again"
        ) from error
    absent = [name for name in columns if name not in frame.columns]
    if absent:
        raise MatebitError(f"{path} lacks the column {absent[0]!r}; run the stage that writes it again")
    for name in text:
        frame[name] = frame[name].fillna("")
    return frame
