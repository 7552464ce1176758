"""Neck, shoulders and clothes, in the body's coordinates."""

import numpy as np

from matebit.drawn.drawing.layers import Detail, Layers, Rank
from matebit.drawn.drawing.texture import between, ridge, smoothstep
from matebit.drawn.portraits.labels import Label
from matebit.drawn.portraits.pose import Frame, close_up
from matebit.drawn.portraits.shape import Shape


def draw_neck(layers: Layers, shape: Shape, f: Frame) -> None:
    """The neck and the skin that a neckline may show."""
    across = np.abs(f.body_x) - 0.5 * np.abs(f.x - f.body_x) < shape.neck_w + 0.6
    layers, f = close_up(layers, f, across & (f.body_y > 0.2))
    x0, y = f.body_x, f.body_y
    # the neck's upper end follows the head, its lower end the body
    follow = smoothstep(shape.shoulder_y, 0.6, y)
    x = x0 + (f.x - x0) * 0.5 * follow
    width = shape.neck_w + 0.3 * smoothstep(shape.shoulder_y - 0.25, shape.shoulder_y + 0.25, y) ** 2
    across = x / width
    column = (np.abs(across) < 1) & (y > 0.2) & (y < shape.shoulder_y + 0.2)
    chest = (opening(shape, f) < 0.02) & (y - shape.shoulder_y > shoulder_line(shape, x0))
    normal = (between(0.95 * across, -0.95, 0.95) * (y < shape.shoulder_y), 0.15 + 0 * y)
    u, v = 0.4 * x / shape.neck_w, y - shape.shoulder_y
    layers.stamp(column | chest, Label.NECK, u, v, rank=Rank.NECK, normal=normal, strand=x)
    base = shape.shoulder_y + 0.04
    tendon = ridge(np.abs(x) - 0.16 - 0.5 * (base - y), 0.03)
    layers.draw(0.4 * tendon, (column | chest) & (y > base - 0.22) & (y < base))
    bone = ridge(y - base - 0.09 + 0.25 * np.abs(x), 0.022)
    layers.draw(0.4 * bone, chest & (np.abs(x) > 0.08) & (np.abs(x) < 0.4))


def shoulder_line(shape: Shape, x: np.ndarray) -> np.ndarray:
    """Height of the shoulders at body x, below `shoulder_y`."""
    a = np.abs(x) / shape.shoulder_w
    return 0.3 * a + 0.32 * a**4 - 0.06


def opening(shape: Shape, f: Frame) -> np.ndarray:
    """Distance-like field of the neckline: negative where the garment is open, about 1 per unit."""
    x, y = f.body_x, f.body_y - shape.shoulder_y
    w = shape.neck_w
    depth = {"v": 0.62, "shirt": 0.34, "suit": 0.85}.get(shape.collar)
    if depth is not None:
        wide = w + 0.1
        slope = np.hypot(1.0, wide / depth)
        return (np.abs(x) - wide * (1 - (y + 0.08) / depth)) / slope
    if shape.collar == "turtle":
        return np.maximum(np.abs(x) - w - 0.1, y + 0.2)
    rx, ry = (w + 0.28, 0.42) if shape.collar == "scoop" else (w + 0.1, 0.2)
    return (np.hypot(x / rx, (y + 0.06) / ry) - 1) * ry


def draw_clothes(layers: Layers, shape: Shape, f: Frame) -> None:
    """The garment, its collar and folds."""
    wide = np.abs(f.body_x) < 1.13 * shape.shoulder_w
    layers, f = close_up(layers, f, wide & (f.body_y > shape.shoulder_y - 0.25))
    x, y = f.body_x, f.body_y - shape.shoulder_y
    a = np.abs(x) / shape.shoulder_w
    open_by = opening(shape, f)
    body = (y > shoulder_line(shape, x)) & (a < 1.0 + 0.12 * smoothstep(0.4, 1.2, y))
    turtle = shape.collar == "turtle"
    if turtle:
        roll = (np.abs(x) < shape.neck_w + 0.07 + 0.1 * smoothstep(-0.1, 0.1, y)) & (y > -0.24)
        body |= roll
    else:
        body &= open_by > 0
    u, v = 1.6 * x / shape.shoulder_w, 1.6 * y / shape.shoulder_w
    normal = (between(0.8 * x / shape.shoulder_w, -0.9, 0.9), between(0.55 * (y - 0.7), -0.6, 0.3))
    layers.stamp(body, Label.CLOTH, u, v, rank=Rank.BODY, normal=normal, strand=x - 0.35 * y)
    if turtle:
        layers.mark(roll & (y < 0.06), Detail.TRIM)
        layers.draw(0.8 * ridge(y - 0.06 + 0.1 * a, 0.03), roll)
        layers.draw(0.35 * ridge(np.sin(24 * x), 0.5), roll & (y < 0.04))
    elif shape.collar == "shirt":
        flap = (open_by < 0.17) & (y < 0.42 - 0.5 * np.abs(x)) & body
        layers.mark(flap, Detail.TRIM)
        edge = np.minimum(np.abs(open_by - 0.17), np.abs(y - 0.42 + 0.5 * np.abs(x)))
        layers.draw(ridge(edge, 0.025), body & (open_by < 0.19) & (y < 0.44 - 0.5 * np.abs(x)))
        layers.draw(0.7 * ridge(x, 0.02), body & (y > 0.25))
        buttons = np.hypot(x - 0.07, (y % 0.34) - 0.17)
        layers.mark(body & (buttons < 0.035) & (y > 0.34), Detail.TRIM)
    elif shape.collar == "suit":
        layers.draw(ridge(open_by - 0.2 - 0.1 * smoothstep(0.3, 0.0, y), 0.022), body & (y < 0.8))
        layers.draw(0.7 * ridge(x - 0.03, 0.02), body & (y > 0.76))
        shirt = (open_by < 0) & (open_by > -0.2 - 0.3 * smoothstep(0.1, 0.6, y)) & (y > -0.12)
        shirt &= layers.label == Label.NECK
        layers.stamp(shirt, Label.CLOTH, u, v, rank=Rank.BODY,
                     normal=normal, strand=x, detail=Detail.TRIM)  # fmt: skip
        layers.draw(ridge(open_by + 0.2 + 0.3 * smoothstep(0.1, 0.6, y), 0.02), shirt)
    else:
        layers.mark(body & (open_by < 0.07), Detail.TRIM)
        layers.draw(0.8 * ridge(open_by - 0.07, 0.02), body)
    sleeve = ridge(np.abs(x) - 0.66 * shape.shoulder_w + 0.1 * (y - 0.5) ** 2, 0.025)
    layers.draw(0.7 * sleeve, body & (y > 0.55))
