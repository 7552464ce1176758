"""The methods of pairing by name."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from matebit.config.choices import Choices

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams
    from matebit.contracts.catalogue import Entry
    from matebit.pipeline.layout import Layout

# Functions `(params, layout, entries) -> rows of pairs.csv`.
METHODS: Choices[str] = Choices(
    {
        "color_layout": "matebit.data.pairs.color_layout:pair_by_colors",
        "style": "matebit.data.pairs.style:pair_by_style",
        "features": "matebit.data.pairs.features:pair_by_features",
        "list": "matebit.data.pairs.listed:pair_by_lists",
        "pattern": "matebit.data.pairs.pattern:pair_by_names",
    }
)

Pairing = Callable[["ResolvedParams", "Layout", "list[Entry]"], list[dict]]


def load_method(name: str) -> Pairing:
    """The function of a method of pairing."""
    return resolve_name(METHODS[name])
