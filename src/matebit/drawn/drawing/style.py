"""How a bundled picture is painted: medium, colours, pattern, background, light. No geometry."""

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from matebit.drawn.drawing.layers import Material
from matebit.drawn.drawing.palettes import FAMILIES, RGB, Palette, sample_palette
from matebit.drawn.drawing.texture import PATTERNS
from matebit.errors import MatebitError

MEDIA = ("oil", "ink", "cartoon", "woodblock", "photograph", "pastel", "mosaic")
BACKGROUNDS = ("plain", "gradient", "pattern", "disc", "hills", "rays")
SCENES = ("room", "garden", "street", "lights")
_STYLE_STREAM = 2  # keeps shape and style draws apart when both are given the same seed tuple
_PHOTOGRAPH_STREAM = 6


@dataclass(frozen=True)
class Fabric:
    """A patterned cloth: its colours RGB in [0, 1], of `texture.PATTERNS`, and repeats a unit."""

    material: Material
    colour: RGB
    second: RGB
    pattern: str
    cells: float


@dataclass(frozen=True)
class Style:
    """One way of painting."""

    medium: str  # of MEDIA
    palette: str  # of palettes.FAMILIES
    pattern: str  # of texture.PATTERNS, woven into the clothes
    colours: Palette
    background: str  # of BACKGROUNDS or SCENES
    light: float  # -1: from the left, 1: from the right; beyond these the other side is in shade
    contrast: float  # depth of shadows, about 1
    line: float  # thickness of drawn lines, about 1
    grain: int  # seed of the medium's texture
    fabrics: tuple[Fabric, ...]

    @property
    def name(self) -> str:
        """medium-palette-pattern."""
        return f"{self.medium}-{self.palette}-{self.pattern}"


def sample_style(
    seed: tuple[int, ...],
    medium: str | None = None,
    palette: str | None = None,
    pattern: str | None = None,
) -> Style:
    """Draw a style; what is named is kept, the rest follows from the tuple of integers >= 0."""
    rng = np.random.default_rng((*seed, _STYLE_STREAM))
    drawn = [str(rng.choice(names)) for names in (MEDIA, tuple(FAMILIES), PATTERNS)]
    chosen = [given or random for given, random in zip((medium, palette, pattern), drawn,
                                                       strict=True)]  # fmt: skip
    for name, known in zip(chosen, (MEDIA, tuple(FAMILIES), PATTERNS), strict=True):
        if name not in known:
            raise MatebitError(f"The bundled sets know no style {name!r}; choose of {', '.join(known)}.")
    colours = sample_palette(chosen[1], rng)
    background = str(rng.choice(BACKGROUNDS))
    cells = float(rng.uniform(3.2, 5.6))
    return Style(
        medium=chosen[0],
        palette=chosen[1],
        pattern=chosen[2],
        colours=colours,
        background=background,
        light=float(rng.choice([-1.0, 1.0]) * rng.uniform(0.7, 1.0)),
        contrast=float(rng.uniform(0.85, 1.15)),
        line=float(rng.uniform(0.8, 1.25)),
        grain=int(rng.integers(2**31)),
        fabrics=(Fabric(Material.CLOTH, colours.cloth, colours.trim, chosen[2], cells),),
    )


def as_photographed(style: Style, seed: tuple[int, ...], scenes: float, side_light: float) -> Style:
    """The style with a photograph's ground, or lit from one side, with these probabilities.

    What is drawn for one does not change what is drawn for the other.
    """
    rng = np.random.default_rng((*seed, _PHOTOGRAPH_STREAM))
    chance, scene, lit = rng.random(), str(rng.choice(SCENES)), rng.random()
    strength, contrast = rng.uniform(1.5, 2.1), rng.uniform(1.15, 1.4)
    if chance < scenes:
        style = replace(style, background=scene)
    if lit < side_light:
        style = replace(style, light=float(np.sign(style.light) * strength), contrast=float(contrast))
    return style


def style_names(count: int, seed: int) -> list[tuple[str, str, str]]:
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
