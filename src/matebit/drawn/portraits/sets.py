"""Which sitter wears which style, in the training and in the test split."""

from dataclasses import dataclass

import numpy as np

from matebit.config.sources import PortraitsConfig
from matebit.drawn.drawing.style import Style, as_photographed, sample_style, style_names
from matebit.drawn.portraits.shape import Shape, sample_shape

_SPLITS = ("train", "test")


@dataclass(frozen=True)
class PortraitSpec:
    """One portrait to be drawn: `drawing.render(shape, style, size)`."""

    id: str  # "train-0007": sorts in drawing order within a split
    split: str  # train | test
    shape: Shape
    style: Style
    style_name: str  # medium-palette-pattern, one style a split
    person: str = ""  # every portrait shows somebody else


def portrait_set(config: PortraitsConfig, seed: int) -> list[PortraitSpec]:
    """All portraits of both splits, sorted by id within a split, train before test.

    Sitters are all different; every style of a split is worn by at least four of its portraits;
    a (medium, palette, pattern) of the test split does not occur in training, while every medium,
    palette and pattern does. The same config and seed give the same list.
    """
    numbers = {"train": config.train, "test": config.test}
    wanted = {"train": config.styles_train, "test": config.styles_test}
    combinations = style_names(sum(wanted.values()), seed)
    specs = []
    for stream, split in enumerate(_SPLITS):
        own = combinations[: wanted[split]]
        combinations = combinations[wanted[split] :]
        styles = [
            as_photographed(sample_style(drawn, *names), drawn, config.scenes, config.side_light)
            for drawn, names in (((seed, stream, i), names) for i, names in enumerate(own))
        ]
        worn = np.arange(numbers[split]) % len(styles)
        worn = np.random.default_rng((seed, stream)).permutation(worn)
        digits = max(4, len(str(numbers[split] - 1)))
        for i, number in enumerate(worn):
            shape = sample_shape((seed, stream, i))
            style = styles[number]
            specs.append(PortraitSpec(f"{split}-{i:0{digits}d}", split, shape, style, style.name))
    return specs
