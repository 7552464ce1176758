"""What is behind the sitter: a function of style and position in the picture only."""

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.drawing.patterns import pattern
from matebit.drawn.drawing.style import Style


def background(style: Style, n: int) -> np.ndarray:
    """Colours (n, n, 3) in [0, 1] of the ground before any medium."""
    line = (np.arange(n, dtype=np.float32) + 0.5) / n
    x, y = np.meshgrid(line, line)
    rng = np.random.default_rng((style.grain, 3))
    a, b = (np.array(c, np.float32) for c in (style.colours.back, style.colours.back2))
    dx, dy = x - rng.uniform(0.25, 0.75), y - rng.uniform(0.2, 0.5)
    sky = a + 0.35 * y[..., None] * (b - a)
    if style.background == "plain":
        amount = 0.35 * np.hypot(x - 0.5, y - 0.5)
        return a + amount[..., None] * (b - a)
    if style.background == "gradient":
        amount = smoothstep(0.05, 0.95, y)
    elif style.background == "pattern":
        figure = style.pattern if style.pattern != "plain" else "diamonds"
        amount = 0.12 + 0.55 * pattern(figure, 7.0 * x + 0.01, 7.0 * y + 0.01)
    elif style.background == "disc":
        radius = rng.uniform(0.28, 0.4)
        amount = smoothstep(0.004, -0.004, np.hypot(dx, dy) - radius)
        return sky + amount[..., None] * (0.85 * b + 0.15 - sky)
    elif style.background == "rays":
        turns = np.arctan2(dy, dx) / (2 * np.pi) * 14
        amount = 0.6 * smoothstep(-0.1, 0.1, np.sin(2 * np.pi * turns))
    else:
        amount = np.zeros_like(x)
        for k, level in enumerate((0.45, 0.6, 0.75)):
            phase = rng.uniform(0, 6.3, 2)
            hill = level + 0.07 * np.sin(5 * x + phase[0]) + 0.03 * np.sin(13 * x + phase[1])
            amount = np.where(y > hill, 0.33 * (k + 1), amount)
    return (a + amount[..., None] * (b - a)).astype(np.float32)
