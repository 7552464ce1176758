"""Folders as people write them: `~` and variables of the environment mean what they mean to a shell."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

_VARIABLE = re.compile(r"\$(\w+|\{\w+\})")


def expanded(text: str) -> str:
    """`~/faces` and `$DATA/faces` as a path. Raises `ValueError` for a variable or a user that is unknown."""
    if os.path.lexists(text):  # a folder may be called so
        return text
    found = os.path.expandvars(text)
    left = _VARIABLE.search(found)
    if left:
        raise ValueError(f"{text!r} names the environment variable {left[1].strip('{}')}, which is not set")
    try:
        return str(Path(found).expanduser()) if found.startswith("~") else found
    except RuntimeError as error:
        raise ValueError(f"{text!r} names the home of a user that is not known") from error


Place = Annotated[str, AfterValidator(expanded)]
"""A path in a params file."""
