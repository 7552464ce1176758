"""Which sitter wears which style, in the training and in the test split."""

from dataclasses import dataclass
from itertools import product

import numpy as np

from matebit.data.drawing.palettes import FAMILIES
from matebit.data.drawing.patterns import PATTERNS
from matebit.data.drawing.style import MEDIA, Style, sample_style
from matebit.data.portraits.config import PortraitsConfig
from matebit.data.portraits.shape import Shape, sample_shape

_SPLITS = ("train", "test")


@dataclass(frozen=True)
class PortraitSpec:
    """One portrait to be drawn: `drawing.render(shape, style, size)`."""

    id: str  # "train-0007": sorts in drawing order within a split
    split: str  # train | test
    shape: Shape
    style: Style
    style_name: str  # medium-palette-pattern, one style a split


def portrait_set(config: PortraitsConfig, seed: int) -> list[PortraitSpec]:
    """All portraits of both splits, sorted by id within a split, train before test.

    Sitters are all different; every style of a split is worn by at least four of its portraits;
    a (medium, palette, pattern) of the test split does not occur in training, while every medium,
    palette and pattern does. The same config and seed give the same list.
    """
    numbers = {"train": config.train, "test": config.test}
    wanted = {"train": config.styles_train, "test": config.styles_test}
    combinations = _combinations(sum(wanted.values()), seed)
    specs = []
    for stream, split in enumerate(_SPLITS):
        own = combinations[: wanted[split]]
        combinations = combinations[wanted[split] :]
        styles = [sample_style((seed, stream, i), *names) for i, names in enumerate(own)]
        worn = np.arange(numbers[split]) % len(styles)
        worn = np.random.default_rng((seed, stream)).permutation(worn)
        digits = max(4, len(str(numbers[split] - 1)))
        for i, number in enumerate(worn):
            shape = sample_shape((seed, stream, i))
            style = styles[number]
            specs.append(PortraitSpec(f"{split}-{i:0{digits}d}", split, shape, style, style.name))
    return specs


def _combinations(count: int, seed: int) -> list[tuple[str, str, str]]:
    """`count` different (medium, palette, pattern), media, palettes and patterns taking turns."""
    rng = np.random.default_rng((seed, 7))
    pools: dict[str, list[tuple[str, str]]] = {}
    for medium in MEDIA:
        pairs = list(product(FAMILIES, PATTERNS))
        pools[medium] = [pairs[i] for i in rng.permutation(len(pairs))]
    used = {name: 0 for name in (*FAMILIES, *PATTERNS)}
    out = []
    for i in range(count):
        pool = pools[MEDIA[i % len(MEDIA)]]
        best = min(range(len(pool)), key=lambda k: used[pool[k][0]] + used[pool[k][1]])
        palette, pattern = pool.pop(best)
        used[palette] += 1
        used[pattern] += 1
        out.append((MEDIA[i % len(MEDIA)], palette, pattern))
    return out
