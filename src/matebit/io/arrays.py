"""Arrays by name in an `.npz` file, with the same bytes each time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from matebit.errors import MatebitError
from matebit.io.files import write_bytes


def write_arrays(target: Path, *, flush: bool = True, **arrays: np.ndarray) -> None:
    """Write the arrays, sorted by name, compressed, atomically; `flush`: see `atomic_path`.

    numpy stamps no clock time into the file.
    """
    buffer = io.BytesIO()
    ordered: dict[str, Any] = dict(sorted(arrays.items()))
    np.savez_compressed(buffer, **ordered)
    write_bytes(target, buffer.getvalue(), flush)


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read every array of the file; never unpickles objects. A broken file is a `MatebitError`."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except FileNotFoundError as error:
        raise MatebitError(f"{path} does not exist; run the stage that writes it") from error
    except (OSError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise MatebitError(f"{path} is not a whole .npz file ({error}); run its stage again") from error
