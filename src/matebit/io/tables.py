"""CSV tables with declared columns: the index files that the stages hand on."""

from __future__ import annotations

import io
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
    shown = io.StringIO(newline="")
    frame[columns].to_csv(shown, index=False, float_format="%.9g", lineterminator="\n")
    write_text(target, shown.getvalue())


def read_table(path: Path, columns: Iterable[str], *, numbers: Iterable[str] = ()) -> pd.DataFrame:
    """Read a table that must have `columns`, of which `numbers` hold numbers, NaN where a cell is empty.

    Every other column is text and comes back as it was written: `007`, `NA`, `1e5` and the empty text are
    names. Raises `MatebitError` for an absent or a damaged table.
    """
    import pandas as pd

    path, numbers = Path(path), list(numbers)
    if not path.exists():
        raise MatebitError(f"{path} does not exist; run the stage that writes it")
    data = path.read_bytes()
    if data.partition(b"\n")[0].endswith(b"\r"):  # as a spreadsheet saves it
        data = data.replace(b"\r\n", b"\n")
    try:
        # A name may hold a carriage return, which ends no line here.
        frame = pd.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False, lineterminator="\n")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        said = str(error).splitlines()[0]
        raise MatebitError(
            f"{path} is not a CSV table ({said}); run the stage that writes it again"
        ) from error
    absent = [name for name in (*columns, *numbers) if name not in frame.columns]
    if absent:
        raise MatebitError(f"{path} lacks the column {absent[0]!r}; run the stage that writes it again")
    for name in numbers:
        try:
            frame[name] = pd.to_numeric(frame[name].replace("", None))
        except (ValueError, TypeError) as error:
            raise MatebitError(
                f"{path}: the column {name!r} has a cell that is no number ({error}); run the stage that "
                "writes it again"
            ) from error
    return frame
