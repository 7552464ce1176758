"""Nearest neighbours whose order does not depend on the machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from matebit.contracts.catalogue import Entry

# Of a row of the items, which candidates it may have: bool (N,).
Allowed = Callable[[int], np.ndarray]

# Rows of the table of distances that are held at once, and how many of its numbers at most.
_ROWS, _NUMBERS = 256, 2**24


def nearest(
    queries: np.ndarray, candidates: np.ndarray, allowed: Allowed, top: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each query at most `top` candidates, nearest first: their indices and squared distances.

    `queries` (Q,D) and `candidates` (N,D) hold whole numbers below 2**20 in float64: their products
    and sums are exact whatever the order of summation, so that ties are true ties; they go by
    index. `allowed(q)` is the bool (N,) mask of the candidates that query q may have.
    """
    norms = np.einsum("nd,nd->n", candidates, candidates)
    found = []
    rows = min(_ROWS, max(1, _NUMBERS // max(1, len(candidates))))
    for first in range(0, len(queries), rows):
        block = queries[first : first + rows]
        own = np.einsum("qd,qd->q", block, block)[:, None]
        distances = own + norms - 2 * (block @ candidates.T)
        for row, distance in enumerate(distances, start=first):
            distance[~allowed(row)] = np.inf
            kept = np.flatnonzero(np.isfinite(distance))
            if len(kept) > top:
                limit = np.partition(distance[kept], top - 1)[top - 1]
                kept = kept[distance[kept] <= limit]
            order = kept[np.argsort(distance[kept], kind="stable")][:top]
            found.append((order, distance[order]))
    return found


def same(items: Sequence[str], candidates: Sequence[str]) -> Allowed:
    """Whether a candidate has the item's word; an empty word is nobody's."""
    codes = {word: code for code, word in enumerate(dict.fromkeys(candidates), start=1)}
    codes[""] = 0
    # Compared as numbers: 30,000 items have a milliard pairs.
    known = np.array([codes[word] for word in candidates], dtype=np.int64)
    asked = [codes.get(word) or -1 for word in items]
    return lambda row: known == asked[row]


def other_identity(items: Sequence[Entry], candidates: Sequence[Entry]) -> Allowed:
    """The candidates that are neither the item nor known to show the same person."""
    itself = same([item.id for item in items], [other.id for other in candidates])
    person = same([item.group for item in items], [other.group for other in candidates])
    return lambda row: ~(itself(row) | person(row))


def rank_rows(
    items: Sequence[Entry],
    candidates: Sequence[Entry],
    vectors: dict[str, np.ndarray],
    score: Callable[[float], float],
    top: int,
    allow: Callable[[Sequence[Entry], Sequence[Entry]], Allowed] = other_identity,
    self_ref: int = 0,
) -> list[dict]:
    """Rows of `pairs.csv`: each item's `top` nearest candidates, by `vectors` of whole numbers.

    `score` turns a squared distance into the table's score (higher is more similar).
    """
    if not items or not candidates:
        return []
    found = nearest(
        np.stack([vectors[item.id] for item in items]).astype(np.float64),
        np.stack([vectors[other.id] for other in candidates]).astype(np.float64),
        allow(items, candidates),
        top,
    )
    return [
        {
            "item": item.id, "exemplar": candidates[index].id, "rank": rank,
            "score": score(float(distance)), "split": item.split, "self_ref": self_ref,
        }
        for item, (indices, distances) in zip(items, found, strict=True)
        for rank, (index, distance) in enumerate(zip(indices, distances, strict=True), start=1)
    ]  # fmt: skip


def rank_both_splits(
    entries: Sequence[Entry],
    exemplars_from: str,
    vectors: dict[str, np.ndarray],
    score: Callable[[float], float],
    top: int,
    allow: Callable[[Sequence[Entry], Sequence[Entry]], Allowed] = other_identity,
) -> list[dict]:
    """`rank_rows` of training items among themselves, of test items among `exemplars_from`."""
    by_split = {split: [e for e in entries if e.split == split] for split in ("train", "test")}
    return [
        row
        for split, candidates in (("train", "train"), ("test", exemplars_from))
        for row in rank_rows(by_split[split], by_split[candidates], vectors, score, top, allow)
    ]
