"""What is behind the sitter: a function of style and position in the picture only."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.patterns import pattern
from matebit.drawn.drawing.scenes import scene
from matebit.drawn.drawing.style import SCENES, Style


def background(style: Style, n: int) -> np.ndarray:
    """Colours (3, n, n) in [0, 1] of the ground before any medium."""
    if style.background in SCENES:
        return scene(style, n)
    line = (np.arange(n, dtype=np.float32) + 0.5) / n
    x, y = np.meshgrid(line, line)
    rng = np.random.default_rng((style.grain, 3))
    a, b = as_planes(style.colours.back), as_planes(style.colours.back2)
    dx, dy = x - rng.uniform(0.25, 0.75), y - rng.uniform(0.2, 0.5)
    if style.background == "plain":
        amount = 0.35 * np.hypot(x - 0.5, y - 0.5)
        return a + amount * (b - a)
    if style.background == "gradient":
        amount = smoothstep(0.05, 0.95, y)
    elif style.background == "pattern":
        figure = style.pattern if style.pattern != "plain" else "diamonds"
        amount = 0.12 + 0.55 * pattern(figure, 7.0 * x + 0.01, 7.0 * y + 0.01)
    elif style.background == "disc":
        sky = a + 0.35 * y * (b - a)
        radius = rng.uniform(0.28, 0.4)
        amount = smoothstep(0.004, -0.004, np.hypot(dx, dy) - radius)
        return sky + amount * (0.85 * b + 0.15 - sky)
    elif style.background == "rays":
        turns = np.arctan2(dy, dx) / (2 * np.pi) * 14
        amount = 0.6 * smoothstep(-0.1, 0.1, np.sin(2 * np.pi * turns))
    else:
        amount = np.zeros_like(x)
        for k, level in enumerate((0.45, 0.6, 0.75)):
            phase = rng.uniform(0, 6.3, 2)
            hill = level + 0.07 * np.sin(5 * x + phase[0]) + 0.03 * np.sin(13 * x + phase[1])
            amount = np.where(y > hill, 0.33 * (k + 1), amount)
    return (a + amount * (b - a)).astype(np.float32)
