"""What happens to near-duplicates: kept, put into one group, or dropped but for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from matebit.data.near_duplicates import Double

DUPLICATE_COLUMNS = ["id", "double_of", "mirrored", "likeness", "group", "done"]


def separate(rows: list[dict], doubles: Sequence[Double], drop: bool) -> tuple[list[dict], list[dict]]:
    """The rows of `index.csv` that remain, with their groups, and the rows of `duplicates.csv`.

    Pictures that show the same, directly or by way of others, are one group, with all that was in their
    groups before; so they are never each other's exemplars. Of one that has held-out pictures, those of the
    training split are left out: held-out pictures stay what their list says. With `drop` one picture of each
    remains, a held-out one where there is one.
    """
    if not doubles:
        return rows, []
    alike = _components(len(rows), [(double.one, double.other) for double in doubles])
    sets: dict[int, list[int]] = defaultdict(list)
    for place, number in enumerate(alike):
        sets[number].append(place)
    done = {}
    for places in (places for places in sets.values() if len(places) > 1):
        held_out = [place for place in places if rows[place]["split"] == "test"]
        for place in places:
            if drop:
                done[place] = "kept" if place == (held_out or places)[0] else "dropped"
            else:
                left_out = held_out and rows[place]["split"] == "train"
                done[place] = "left out of training" if left_out else "grouped"
    groups = _groups(rows, alike, done)
    own: dict[int, list[Double]] = defaultdict(list)
    for double in doubles:
        own[double.one].append(double)
        own[double.other].append(double)
    told = []
    for place in sorted(done):
        nearest = max(own[place], key=lambda double: double.likeness)
        other = nearest.other if place == nearest.one else nearest.one
        told.append(
            {
                "id": rows[place]["id"], "double_of": rows[other]["id"], "mirrored": int(nearest.mirrored),
                "likeness": nearest.likeness, "group": groups[place], "done": done[place],
            }
        )  # fmt: skip
    remaining = [
        {**row, "group": groups[place]}
        for place, row in enumerate(rows)
        if done.get(place) not in ("dropped", "left out of training")
    ]
    return remaining, told


def _components(count: int, pairs: Sequence[tuple[int, int]]) -> np.ndarray:
    ones, others = np.array(pairs, dtype=int).reshape(-1, 2).T
    graph = coo_matrix((np.ones(len(ones)), (ones, others)), shape=(count, count))
    return connected_components(graph, directed=False)[1]


def _groups(rows: list[dict], alike: np.ndarray, done: dict[int, str]) -> list[str]:
    """The group of every row: its own, or that of all that hangs together by groups and by doubles."""
    first: dict[object, int] = {}
    pairs = []
    for place, row in enumerate(rows):
        for key in (("alike", int(alike[place])), ("group", row["group"])):
            if key[1] != "":
                pairs.append((first.setdefault(key, place), place))
    together = _components(len(rows), pairs)
    name: dict[int, str] = {}
    for place in sorted(done):
        known = rows[place]["group"] or rows[place]["id"]
        name.setdefault(int(together[place]), known)
    return [name.get(int(number), row["group"]) for number, row in zip(together, rows, strict=True)]
