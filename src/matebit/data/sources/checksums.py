"""The publisher's MD5 of each image of a dataset."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from matebit.data.sources.metfaces import SUFFIX, metfaces_md5
from matebit.errors import MatebitError
from matebit.io.images import BrokenImage


def read_checksums(path: Path) -> dict[str, str]:
    """MD5 by path below the root: of MetFaces' `metfaces.json`, or of lines `MD5  PATH` of md5sum."""
    try:
        if path.suffix == SUFFIX:
            return metfaces_md5(path)
        return dict(_row(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise MatebitError(f"data.folder.checksums: {path} cannot be read ({error}); get it anew") from error
    except (ValueError, KeyError, TypeError) as error:
        raise MatebitError(
            f"data.folder.checksums: {path} is neither metfaces.json nor a list of md5sum; get it anew"
        ) from error


def _row(line: str) -> tuple[str, str]:
    found = re.fullmatch(r"([0-9a-fA-F]{32}) [ *](.+)", line)
    if found is None:
        raise ValueError(line)
    return found[2].removeprefix("./"), found[1].lower()


def check_md5(path: Path, expected: str) -> None:
    """Raise `BrokenImage` where the file's content is not what its publisher gave out."""
    try:
        found = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
    except OSError as error:
        raise BrokenImage(f"{path} cannot be read ({error.strerror}); get it anew") from error
    if found != expected:
        raise BrokenImage(f"{path} is not its publisher's file (MD5 {found}, not {expected}); get it anew")
