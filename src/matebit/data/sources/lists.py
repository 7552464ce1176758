"""Lists that name files, one a line or rows `item,exemplar1,...`, and the splits that they say."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from matebit.config.data import DataConfig
from matebit.data.sources.base import Split
from matebit.errors import MatebitError


def inside_name(name: str, where: str) -> str:
    """A listed name as a relative path with forward slashes.

    Raises `MatebitError` where it is absolute or leads out of the dataset's folder.
    """
    path = PurePosixPath(name.strip().replace("\\", "/"))
    inside = path.parts and not path.is_absolute() and ".." not in path.parts and "\0" not in name
    if not inside or ":" in path.parts[0]:
        raise MatebitError(
            f"{where} names {name.strip()!r}, which is no file inside the dataset's folder; "
            "name files relative to data.root, without '..'"
        )
    return str(path)


def _lines(path: Path) -> list[tuple[str, list[str], str]]:
    """Of every line that is not empty: itself, its cells, and what messages call it.

    A cell with a comma stands in double quotes. Raises `MatebitError` for a file that is absent or no text.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise MatebitError(f"{path} does not exist; correct the name of the list") from error
    except (UnicodeDecodeError, OSError) as error:
        raise MatebitError(f"{path} cannot be read as a list ({error}); replace it") from error
    found = []
    # Not `splitlines`: a name may hold what that takes for an end of line.
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), start=1):
        where = f"{path}, line {number},"
        try:
            cells = next(csv.reader([line], skipinitialspace=True), [])
        except csv.Error as error:
            raise MatebitError(f"{where} is no row of names ({error}); mend it") from error
        cells = [cell for cell in cells if cell.strip()]
        if cells:
            found.append((line.strip(), cells, where))
    return found


def read_rows(path: Path) -> list[list[str]]:
    """The comma-separated names of every line; empty lines and cells are left out.

    Raises `MatebitError` for a file that is absent or not text, and for a name that leaves the root.
    """
    return [[inside_name(cell, where) for cell in cells] for _, cells, where in _lines(path)]


def read_names(path: Path, is_name: Callable[[str], bool]) -> list[str]:
    """The name of every line of a list: the whole line where that `is_name`, else the first of its row.

    Raises `MatebitError` as `read_rows` does.
    """
    return [inside_name(line if is_name(line) else cells[0], where) for line, cells, where in _lines(path)]


def row_text(names: list[str]) -> str:
    """The line of a list that `read_rows` reads back."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(names)
    return line.getvalue()


def has_lists(config: DataConfig, root: Path) -> bool:
    """Whether a list of training or of test items lies below `root`."""
    return (root / config.train_list).exists() or (root / config.test_list).exists()


def listed_splits(
    config: DataConfig, root: Path, found: list[str], id_of: Callable[[str], str]
) -> dict[str, Split]:
    """The split of each id, by the lists below `root`.

    `found` are the ids whose files lie in the folder. Without a training list, every one of them
    that is in no other list trains. An item of a list need not exist; the data stage rejects it.
    """
    train_list, test_list = root / config.train_list, root / config.test_list
    known = set(found)

    def is_name(line: str) -> bool:
        return id_of(line) in known

    test = {id_of(name) for name in read_names(test_list, is_name)} if test_list.exists() else set()
    if train_list.exists():
        train = {id_of(name) for name in read_names(train_list, is_name)}
        both = sorted(train & test)
        if both:
            raise MatebitError(
                f"{both[0]} stands in {train_list} and in {test_list}; take it out of one of them"
            )
    else:
        train = set(found) - test
    return {**dict.fromkeys(sorted(train), "train"), **dict.fromkeys(sorted(test), "test")}
