"""Who is seen in which pose, in the training and in the test split."""

from dataclasses import dataclass

import numpy as np

from matebit.config.figures import FiguresConfig
from matebit.drawn.drawing.style import Style, style_names
from matebit.drawn.figures.build import Build, sample_build
from matebit.drawn.figures.cut import OUTFITS, Cut, sample_cut
from matebit.drawn.figures.framing import sample_view
from matebit.drawn.figures.pose import sample_pose
from matebit.drawn.figures.scene import Stance
from matebit.drawn.figures.style import figure_style

_SPLITS = ("train", "test")


@dataclass(frozen=True)
class FigureSpec:
    """One figure to be drawn: `drawing.render(stance, cut, style, size)`."""

    id: str  # "train-0007": sorts in drawing order within a split
    split: str  # train | test
    person: str  # "train-p003": build, clothes and style are theirs
    stance: Stance
    cut: Cut
    style: Style
    style_name: str  # medium-palette-pattern-outfit, one person's


def figure_set(config: FiguresConfig, seed: int) -> list[FigureSpec]:
    """All figures of both splits, sorted by id within a split, train before test.

    A person has one build, one set of clothes and one style, and is seen in at least four poses; no
    person and no (medium, palette, pattern) is in both splits. The same config and seed give the
    same list.
    """
    numbers = {"train": config.train, "test": config.test}
    people = {"train": config.people_train, "test": config.people_test}
    names = style_names(sum(people.values()), seed)
    specs = []
    for stream, split in enumerate(_SPLITS):
        own, names = names[: people[split]], names[people[split] :]
        looks = [_look((seed, stream, i), i, name) for i, name in enumerate(own)]
        shown = np.arange(numbers[split]) % len(looks)
        shown = np.random.default_rng((seed, stream, 1)).permutation(shown)
        digits = max(4, len(str(numbers[split] - 1)))
        for i, who in enumerate(shown.tolist()):
            build, cut, style = looks[who]
            pose = sample_pose((seed, stream, i))
            stance = Stance(build, pose, sample_view((seed, stream, i), build, pose))
            person = f"{split}-p{who:03d}"
            name = f"{style.name}-{cut.outfit}"
            specs.append(FigureSpec(f"{split}-{i:0{digits}d}", split, person, stance, cut, style, name))
    return specs


def _look(seed: tuple[int, ...], number: int, names: tuple[str, str, str]) -> tuple[Build, Cut, Style]:
    build = sample_build(seed)
    return build, sample_cut(seed, OUTFITS[number % len(OUTFITS)]), figure_style(seed, *names)
