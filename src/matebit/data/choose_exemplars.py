"""The stage `pairs`: the ranked exemplars of every item, by the method of the params."""

from __future__ import annotations

from collections.abc import Callable
from pkgutil import resolve_name
from typing import TYPE_CHECKING

from matebit.config.choices import Choices
from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.pairs import PAIR_COLUMNS
from matebit.errors import MatebitError
from matebit.io.tables import write_table
from matebit.pipeline.layout import Layout

if TYPE_CHECKING:
    from matebit.config.stage_params import PairsParams


# Functions `(params, layout, entries) -> rows of pairs.csv`.
METHODS: Choices[str] = Choices(
    {
        "color_layout": "matebit.data.pairs.colors:pair_by_colors",
        "style": "matebit.data.pairs.colors:pair_by_style",
        "features": "matebit.data.pairs.features:pair_by_features",
        "list": "matebit.data.pairs.listed:pair_by_lists",
        "pattern": "matebit.data.pairs.listed:pair_by_names",
    }
)

Pairing = Callable[["PairsParams", "Layout", "list[Entry]"], list[dict]]


def load_method(name: str) -> Pairing:
    """The function of a method of pairing."""
    return resolve_name(METHODS[name])


def _check_test_items(entries: list[Entry], rows: list[dict], params: PairsParams) -> None:
    ranks = {(row["item"], row["rank"]) for row in rows if not row["self_ref"]}
    for entry in entries:
        if entry.split == "test" and (entry.id, params.pairs.rank) not in ranks:
            raise MatebitError(
                f"test item {entry.id} has no exemplar of rank {params.pairs.rank} (pairs.rank) by "
                f"pairs.method: {params.pairs.method}; choose a lower rank, another method or "
                f"another pairs.exemplars_from than {params.pairs.exemplars_from}"
            )


def run(params: PairsParams, layout: Layout) -> None:
    """Write `pairs/pairs.csv`, sorted by item, kind and rank.

    Raises `MatebitError` where a test item has no exemplar of the rank that `pairs.rank` asks for.
    """
    entries = read_catalogue(layout)
    rows = load_method(params.pairs.method)(params, layout, entries)
    _check_test_items(entries, rows, params)
    if params.pairs.list_self:
        from matebit.data.pairs.listed import self_references

        rows += self_references(params, entries)
    rows.sort(key=lambda row: (row["item"], row["self_ref"], row["rank"]))
    write_table(layout.pairs / "pairs.csv", rows, PAIR_COLUMNS)
