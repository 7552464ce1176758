"""Lists that name files: one a line, or rows `item,exemplar1,...`, as earlier projects have."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from matebit.errors import MatebitError


def inside_name(name: str, where: str) -> str:
    """A listed name as a relative path with forward slashes.

    Raises `MatebitError` where it is absolute or leads out of the dataset's folder.
    """
    path = PurePosixPath(name.strip().replace("\\", "/"))
    inside = path.parts and not path.is_absolute() and ".." not in path.parts
    if not inside or ":" in path.parts[0]:
        raise MatebitError(
            f"{where} names {name.strip()!r}, which is no file inside the dataset's folder; "
            "name files relative to data.root, without '..'"
        )
    return str(path)


def read_rows(path: Path) -> list[list[str]]:
    """The comma-separated names of every line; empty lines and cells are left out.

    Raises `MatebitError` for a file that is absent or not text, and for a name that leaves the
    root.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise MatebitError(f"{path} does not exist; correct the name of the list") from error
    except (UnicodeDecodeError, OSError) as error:
        raise MatebitError(f"{path} cannot be read as a list ({error}); replace it") from error
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        cells = [cell for cell in line.split(",") if cell.strip()]
        if cells:
            rows.append([inside_name(cell, f"{path}, line {number},") for cell in cells])
    return rows


def read_names(path: Path) -> list[str]:
    """The first name of every line of a list."""
    return [row[0] for row in read_rows(path)]
