"""Which exemplars of `pairs.csv` training and test take."""

from __future__ import annotations

import numpy as np

from matebit.config.data import PairsConfig
from matebit.contracts.pairs import Ranked
from matebit.errors import MatebitError


def draw_exemplar(
    item: str, ranked: Ranked, config: PairsConfig, rng: np.random.Generator
) -> tuple[str, bool]:
    """The exemplar of a training item and whether it is a self reference.

    With `retrieved_probability` a retrieved one: of these with `hard_probability` the least similar
    one of the list, else the most similar. Otherwise another image of the same style where there is
    one (bundled sets), or the item itself. An item without retrieved exemplars is always a self
    reference.
    """
    # All three are drawn each time, so that a probability changes no later draw.
    retrieved, hard = rng.random(2) < (config.retrieved_probability, config.hard_probability)
    place = rng.random()
    if retrieved and ranked.retrieved:
        return ranked.retrieved[-1 if hard != config.ranks_swapped else 0], False
    if ranked.same_style:
        return ranked.same_style[int(place * len(ranked.same_style))], True
    return item, True


def test_exemplar(item: str, ranked: Ranked, rank: int) -> str:
    """The retrieved exemplar of `rank` (from 1)."""
    if len(ranked.retrieved) < rank:
        raise MatebitError(
            f"pairs.csv has no exemplar of rank {rank} for {item}; run `matebit pairs` again with "
            "this pairs.rank"
        )
    return ranked.retrieved[rank - 1]
