"""How a figure is painted: a style of the portraits, with fabrics for each garment."""

from dataclasses import replace

import numpy as np

from matebit.drawn.drawing.materials import Material
from matebit.drawn.drawing.palettes import Palette, sample_palette
from matebit.drawn.drawing.style import Fabric, Style, sample_style

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
