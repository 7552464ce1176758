"""The methods of pairing by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams
    from matebit.contracts.catalogue import Entry
    from matebit.pipeline.layout import Layout

# Module and function `(params, layout, entries) -> rows of pairs.csv`, imported when asked for.
METHODS: dict[str, tuple[str, str]] = {
    "color_layout": ("matebit.data.pairs.color_layout", "pair_by_colors"),
    "style": ("matebit.data.pairs.style", "pair_by_style"),
    "features": ("matebit.data.pairs.features", "pair_by_features"),
    "list": ("matebit.data.pairs.listed", "pair_by_lists"),
    "pattern": ("matebit.data.pairs.pattern", "pair_by_names"),
}

Pairing = Callable[["ResolvedParams", "Layout", "list[Entry]"], list[dict]]


def load_method(name: str) -> Pairing:
    """The function of a method of pairing."""
    module, attribute = METHODS[name]
    return getattr(import_module(module), attribute)
