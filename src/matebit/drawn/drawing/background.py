"""What is behind the sitter: a function of style and position in the picture only."""

import numpy as np

from matebit.drawn.drawing.palettes import as_planes
from matebit.drawn.drawing.style import SCENES, Style
from matebit.drawn.drawing.texture import blur, fractal, pattern, smoothstep

_FOCUS = (0.002, 0.022)  # blur as a part of the picture's side


def scene(style: Style, n: int) -> np.ndarray:
    """Colours (3, n, n) in [0, 1] of one of `style.SCENES`, in the palette's two colours of the ground."""
    rng = np.random.default_rng((style.grain, 5))
    draw = {"room": _room, "garden": _garden, "street": _street, "lights": _lights}[style.background]
    line = (np.arange(n, dtype=np.float32) + 0.5) / n
    x, y = np.meshgrid(line, line)
    sharpness = rng.uniform(0, 1)
    out = draw(style, rng, x, y)
    sigma = (_FOCUS[0] + (_FOCUS[1] - _FOCUS[0]) * sharpness) * n
    return np.clip(blur(out.astype(np.float32), sigma), 0, 1)


def _tone(style: Style, rng: np.random.Generator, spread: float = 0.3) -> np.ndarray:
    """A colour between those of the ground, lighter or darker, (3, 1, 1)."""
    a, b = as_planes(style.colours.back), as_planes(style.colours.back2)
    mixed = a + np.float32(rng.uniform(0, 1)) * (b - a)
    return mixed * np.float32(rng.uniform(1 - 1.6 * spread, 1 + spread))


def _box(x: np.ndarray, y: np.ndarray, left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return (x > left) & (x < right) & (y > top) & (y < bottom)


def _room(style: Style, rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # a wall that light falls on from one side, with a corner, a window, frames and a shelf
    lit = 1 + 0.25 * np.sign(style.light) * (x - 0.5)
    out = _tone(style, rng, 0.15) * lit
    corner = rng.uniform(0.05, 0.95)
    out = np.where(x > corner, out * rng.uniform(0.75, 0.95), out)
    for _ in range(rng.integers(1, 4)):
        width, height = rng.uniform(0.12, 0.35, 2)
        left, top = rng.uniform(-0.1, 0.9), rng.uniform(-0.1, 0.5)
        rim = rng.uniform(0.01, 0.025)
        outside = _box(x, y, left, top, left + width, top + height)
        inside = _box(x, y, left + rim, top + rim, left + width - rim, top + height - rim)
        out = np.where(outside, _tone(style, rng, 0.5), out)
        if rng.random() < 0.5:  # a window: bright, with bars
            bars = (np.abs(x - left - width / 2) < rim / 2) | (np.abs(y - top - height / 2) < rim / 2)
            out = np.where(inside & ~bars, 0.35 * _tone(style, rng, 0.1) + 0.6, out)
        else:  # a picture
            out = np.where(inside, _tone(style, rng, 0.4) * (0.9 + 0.3 * (y - top) / height), out)
    if rng.random() < 0.6:  # a shelf with books
        top = rng.uniform(0.2, 0.8)
        at = 0.0
        while at < 1:
            width = rng.uniform(0.015, 0.05)
            tall = rng.uniform(0.08, 0.16)
            if rng.random() < 0.85:
                out = np.where(_box(x, y, at, top - tall, at + width, top), _tone(style, rng, 0.5), out)
            at += width
        out = np.where(np.abs(y - top - 0.008) < 0.008, 0.5 * _tone(style, rng, 0.1), out)
    return out


def _garden(style: Style, rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # sky between leaves at three distances, and stems
    n = x.shape[0]
    seed = int(rng.integers(2**31))
    out = 0.45 * _tone(style, rng, 0.1) + 0.5 - 0.2 * y
    for k, level in enumerate((0.15, 0.0, -0.2)):
        leaves = fractal(seed + 10 * k, 3 + 4 * k, n, 4) + 1.1 * (y - 0.45)
        shade = 0.9 + 0.35 * fractal(seed + 10 * k + 5, 14, n, 2)
        tone = _tone(style, rng, 0.35) * (0.95 - 0.22 * k)
        out = out + smoothstep(level, level + 0.1, leaves) * (tone * shade - out)
    for _ in range(rng.integers(0, 4)):
        at, lean, width = rng.uniform(0, 1), rng.uniform(-0.2, 0.2), rng.uniform(0.006, 0.04)
        stem = np.abs(x - at - lean * (y - 0.5)) < width * (0.6 + 0.8 * y)
        out = np.where(stem, 0.55 * _tone(style, rng, 0.2), out)
    return out


def _street(style: Style, rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # fronts of houses of several widths, with rows of windows, below a sky
    out = 0.4 * _tone(style, rng, 0.1) + 0.55 - 0.15 * y
    at = rng.uniform(-0.2, 0)
    while at < 1:
        width, top = rng.uniform(0.14, 0.4), rng.uniform(-0.3, 0.4)
        house = _box(x, y, at, top, at + width, 2)
        out = np.where(house, _tone(style, rng, 0.35), out)
        columns, rows = rng.integers(2, 5), rng.uniform(5, 10)
        across, down = (x - at) / width * columns % 1, (y - top) * rows % 1
        panes = house & _box(across, down, 0.25, 0.2, 0.75, 0.8) & (y > top + 0.05)
        out = np.where(panes, _tone(style, rng, 0.6), out)
        at += width
    road = smoothstep(0.78, 0.8, y)
    return out + road * (0.7 * _tone(style, rng, 0.2) - out)


def _lights(style: Style, rng: np.random.Generator, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    # discs of light out of focus, over a dark ground with a soft shape or two
    out = 0.55 * _tone(style, rng, 0.1) * (1.1 - 0.4 * y)
    out = out + 0.35 * smoothstep(0.5, 0.0, np.hypot(x - rng.uniform(0, 1), y - rng.uniform(0, 1))) * (
        _tone(style, rng) - out
    )
    radius = rng.uniform(0.025, 0.07)
    for _ in range(rng.integers(10, 26)):
        own = radius * rng.uniform(0.6, 1.2)
        away = np.hypot(x - rng.uniform(0, 1), y - rng.uniform(0, 1))
        disc = rng.uniform(0.3, 0.75) * smoothstep(own, 0.92 * own, away)
        out = out + disc * (np.minimum(1.5 * _tone(style, rng) + 0.12, 1) - out)
    return out


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
