"""Who is seen in which pose and in which style, in the training and in the test split."""

from dataclasses import dataclass, replace

import numpy as np

from matebit.config.sources import FiguresConfig
from matebit.drawn.drawing.layers import Material
from matebit.drawn.drawing.palettes import Palette, sample_palette
from matebit.drawn.drawing.style import Fabric, Style, sample_style, style_names
from matebit.drawn.figures.cut import OUTFITS, Cut, sample_cut
from matebit.drawn.figures.drawing import Stance
from matebit.drawn.figures.pose import Build, sample_build, sample_pose
from matebit.drawn.figures.skeleton import sample_view

_FABRIC_STREAM = 14
_QUIET = ("plain", "plain", "plain", "stripes", "checks", "zigzag")


def figure_style(seed: tuple[int, ...], *names: str) -> Style:
    """Draw a style; `names` may fix medium, palette and pattern (of dress, top or shirt)."""
    style = sample_style(seed, *names)
    rng = np.random.default_rng((*seed, _FABRIC_STREAM))
    other, third = (sample_palette(style.palette, rng) for _ in range(2))

    def quiet() -> str:
        return str(rng.choice(_QUIET)) if style.pattern == "plain" or rng.random() < 0.3 else "plain"

    def cells(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    main = style.colours
    lower = _apart(other, main)
    fabrics = (
        Fabric(Material.CLOTH, main.cloth, main.trim, style.pattern, cells(0.9, 1.9)),
        Fabric(Material.LOWER, lower, other.trim, quiet(), cells(1.0, 1.8)),
        Fabric(Material.OUTER, _mixed(third.cloth, main.line, 0.25), main.white, quiet(), cells(0.8, 1.4)),
        Fabric(Material.SHOE, _mixed(third.hat, main.line, 0.45), main.white, "plain", 1.0),
        Fabric(Material.BAG, third.hat, main.metal, "plain", 1.0),
        Fabric(Material.BELT, _mixed(main.line, third.hat, 0.3), main.metal, "plain", 1.0),
    )
    return replace(style, fabrics=fabrics)


def _apart(other: Palette, main: Palette) -> tuple[float, float, float]:
    """Of two colours for the lower garment the one that differs more from the upper."""
    options = (other.cloth, _mixed(other.trim, other.cloth, 0.25))
    return max(options, key=lambda c: float(np.abs(np.subtract(c, main.cloth)).sum()))


def _mixed(a: tuple[float, ...], b: tuple[float, ...], share: float) -> tuple[float, float, float]:
    r, g, b_ = (float(x + (y - x) * share) for x, y in zip(a, b, strict=True))
    return r, g, b_


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
