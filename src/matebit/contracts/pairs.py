"""`pairs/pairs.csv`: the ranked exemplars of every item."""

from __future__ import annotations

from dataclasses import dataclass, field

from matebit.io.tables import read_table
from matebit.pipeline.layout import Layout

PAIR_COLUMNS = ["item", "exemplar", "rank", "score", "split", "self_ref"]


@dataclass
class Ranked:
    """Ids by rank: retrieved exemplars, and other images of the same style as self references."""

    retrieved: list[str] = field(default_factory=list)
    same_style: list[str] = field(default_factory=list)


def read_pairs(layout: Layout) -> dict[str, Ranked]:
    """`pairs/pairs.csv` by item. Raises `MatebitError` where it is absent or lacks a column."""
    table = read_table(layout.pairs / "pairs.csv", PAIR_COLUMNS, numbers=["rank", "score", "self_ref"])
    pairs: dict[str, Ranked] = {}
    for row in table.sort_values(["item", "self_ref", "rank"]).itertuples():
        ranked = pairs.setdefault(row.item, Ranked())
        (ranked.same_style if row.self_ref else ranked.retrieved).append(row.exemplar)
    return pairs
