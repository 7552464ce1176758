"""Parts of the program that a params file chooses by a word."""

from __future__ import annotations

from typing import TypeVar

Part = TypeVar("Part")


class Choices(dict[str, Part]):
    """Parts by the word of the params that chooses them, each as `module:Name`, imported when chosen.

    A stage's digest follows the parts whose words stand in the sections that the stage reads, and no others:
    `pipeline/source_digest.py` finds a `Choices({...})` in the source. So a part that is loaded whatever the
    params say belongs into an ordinary dict.
    """
