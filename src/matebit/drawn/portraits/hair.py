"""Hair: a cap around the skull, hanging or round; a window for the face; buns and tails."""

from dataclasses import dataclass

import numpy as np

from matebit.drawn.drawing.layers import Layers, Rank, Window, window_of
from matebit.drawn.drawing.texture import between, ridge, round_end, smoothstep, triangle
from matebit.drawn.portraits.labels import Label, Part
from matebit.drawn.portraits.pose import Frame, close_up
from matebit.drawn.portraits.shape import Hair, Shape

_CENTRE = -0.12  # height of the middle of the cap


@dataclass(frozen=True)
class Cap:
    """Hair around the head, in a window of the picture that holds all of it.

    Arrays (H, W) of the window: extent, half-width, surface (u, v), lock, normal.
    """

    window: Window
    mask: np.ndarray
    width: np.ndarray
    u: np.ndarray
    v: np.ndarray
    strand: np.ndarray
    normal: tuple[np.ndarray, np.ndarray]


def cap(shape: Shape, f: Frame) -> Cap:
    """The outline of the hair and the locks that run from the crown down."""
    hair = shape.hair
    rx, ry = shape.head_w + hair.side, 1 + _CENTRE + hair.top
    grown = 1.01 + hair.bump
    near = np.abs(f.x) < (rx + hair.flare + hair.wave + 0.03) * grown
    near &= (f.y > _CENTRE - ry * grown) & (f.y < hair.end)
    window = window_of(near)
    f = f.within(window)
    above = f.y < _CENTRE
    dome = rx * round_end((f.y - _CENTRE) / ry, 2.2)
    down = between((f.y - _CENTRE) / (hair.end - _CENTRE), 0, 1)
    if hair.fall == "hang":
        sway = hair.wave * np.sin(9.0 * f.y) * smoothstep(0, 0.5, down)
        tip = 0.35 + 0.65 * round_end(between((down - 0.8) / 0.2, 0, 1), 2.5)
        below = (rx + hair.flare * smoothstep(0, 1, down) + sway) * tip
    elif hair.fall == "round":
        below = rx * round_end(down, 2.4)
    else:
        below = rx + (f.width + 0.015 - rx) * down
    width = np.maximum(np.where(above, dome, below), 0.06)
    if hair.bump:
        theta = np.arctan2(f.x, _CENTRE - f.y)
        turns = theta / (2 * np.pi) * hair.bumps
        if hair.sharp:
            grow = hair.bump * triangle(turns) * smoothstep(1.9, 1.2, np.abs(theta))
        else:
            grow = hair.bump * np.sqrt(np.abs(np.sin(np.pi * turns)))
    else:
        grow = np.zeros_like(f.y)
    radial = np.hypot(f.x / rx, (f.y - _CENTRE) / ry)
    reach = np.where(above | (hair.fall == "round"),
                     np.where(above, radial, np.hypot(f.x / rx, down)),
                     np.abs(f.x) / width)  # fmt: skip
    mask = (reach < 1 + grow) & (f.y < hair.end)
    across = between(f.x / width, -1, 1)
    # the crown slides towards the parting, so locks fall away from it to both sides
    crown = 0.5 * hair.part * smoothstep(0.4, -1.0, f.y)
    ny = between((f.y + 0.2) / (0.8 + hair.top), -0.9, 0.25)
    strand = across - crown
    if hair.bump and not hair.sharp:  # locks that curl
        strand = strand + 0.06 * np.sin(21 * f.y + 3 * np.sin(8 * f.x))
    return Cap(window, mask, width, np.arcsin(across) - shape.yaw, f.y, strand, (0.9 * across, ny))


def covers_face(shape: Shape, f: Frame) -> np.ndarray:
    """Where hair lies over the face: above the fringe's line, or beside the temples."""
    hair = shape.hair
    fx = f.face_x
    line = fringe_line(hair, fx)
    if hair.fall == "close":
        temple = 0.88 + 0.5 * smoothstep(0.5 * hair.end - 0.12, hair.end, f.face_y)
    else:
        temple = 0.86 - 0.05 * smoothstep(-0.3, 0.6, f.face_y)
    return (f.face_y < line) | (np.abs(fx) > temple)


def fringe_line(hair: Hair, fx: np.ndarray) -> np.ndarray:
    """Height of the hair's lower edge above the forehead, at canonical x."""
    y, arch = hair.fringe_y, 0.5 * np.abs(between(fx, -1, 1)) ** 3.5
    if hair.fringe == "widow":
        return y + arch + 0.1 * np.exp(-((fx / 0.16) ** 2)) + 0.02 * triangle(7 * fx)
    if hair.fringe == "middle":
        return y + 0.75 * np.abs(fx) ** 1.7 - 0.05
    if hair.fringe == "swept":
        side = fx - (hair.part or 0.3)
        inward = side * np.sign(hair.part or 0.3) < 0
        return y + np.where(inward, 0.34 * np.abs(side) ** 0.9, 0.9 * np.abs(side)) + 0.2 * arch
    if hair.fringe == "bangs":
        return y + 0.45 * arch + 0.05 * triangle(4.5 * fx + 0.3) * (1 + hair.sharp)
    return y + arch


def draw_back(layers: Layers, shape: Shape, f: Frame, c: Cap) -> None:
    """What lies behind head and neck: hanging hair, round hair, buns, tails behind."""
    hair = shape.hair
    picture, whole = layers, f
    for side, part in _bun_places(hair):
        x0, y0 = side * 0.52 * shape.head_w, -1.02 - hair.top - (0.1 if side == 0 else -0.14)
        near = (np.abs(whole.x - x0) < hair.tuft) & (np.abs(whole.y - y0) < hair.tuft)
        layers, f = close_up(picture, whole, near)
        dx, dy = (f.x - x0) / hair.tuft, (f.y - y0) / (0.88 * hair.tuft)
        r = np.hypot(dx, dy)
        swirl = 0.9 * r + 0.25 * np.arctan2(dy, dx)
        u, v, normal = 0.3 * dx, 0.3 * dy, (0.9 * dx, 0.9 * dy)
        layers.stamp(r < 1, Label.HAIR, u, v, part=part, rank=Rank.BEHIND, strand=swirl, normal=normal)
        layers.draw(0.5 * ridge(np.hypot(dx - 0.1, dy + 0.05) - 0.55, 0.12), r < 1)
    if hair.fall != "close":
        nx, ny = c.normal
        picture.within(c.window).stamp(c.mask, Label.HAIR, c.u, c.v, part=Part.BACK_HAIR, rank=Rank.BEHIND,
                                      strand=c.strand, normal=(0.7 * nx, 0.35 + 0.5 * ny))  # fmt: skip


def _bun_places(hair: Hair) -> list[tuple[int, Part]]:
    return {0: [], 1: [(0, Part.BUN)], 2: [(1, Part.L_TAIL), (-1, Part.R_TAIL)]}[hair.buns]


def draw_tails(layers: Layers, shape: Shape, f: Frame) -> None:
    """Pigtails, or one pony tail, that fall beside the head over the shoulders."""
    hair = shape.hair
    if not hair.tails:
        return
    one = 1 if hair.part >= 0 else -1
    layers, f = close_up(layers, f, (f.y > 0) & (f.y < 1.36))
    for side, part in ((1, Part.L_TAIL), (-1, Part.R_TAIL)):
        if hair.tails == 1 and side != one:
            continue
        t = f.y / 1.35
        middle = side * (shape.head_w + 0.1 + 0.16 * np.sin(np.pi * between(t, 0, 1)))
        middle = middle + hair.wave * np.sin(8 * f.y)
        full = between(t, 0, 1) ** 0.35 * between(1 - t, 0, 1) ** 0.6
        width = np.maximum(hair.tuft * 1.35 * full, 0.01)
        across = (f.x - middle) / width
        tail = (t > 0) & (t < 1) & (np.abs(across) < 1)
        u, v, normal = 0.2 * across, 1.35 * t, (0.9 * across, -0.2 + 0.5 * t)
        layers.stamp(tail, Label.HAIR, u, v, part=part, rank=Rank.FRONT, strand=across, normal=normal)
        knot = tail & (np.abs(t - 0.07) < 0.025)
        layers.draw(np.ones_like(t), knot)


def draw_front(layers: Layers, shape: Shape, f: Frame, c: Cap) -> None:
    """Hair over skull, temples and, if it hangs, shoulders."""
    hair = shape.hair
    if hair.kind == "bald":
        return
    layers, f = layers.within(c.window), f.within(c.window)
    shut = covers_face(shape, f)
    curtain = np.abs(f.x) > 0.80 * shape.head_w + 0.12 * smoothstep(0.4, 1.6, f.y)
    front = c.mask & np.where(f.inside, shut, (f.y < 0.3) | curtain)
    layers.stamp(front, Label.HAIR, c.u, c.v, rank=Rank.FRONT, strand=c.strand, normal=c.normal)
    if hair.fringe in {"swept", "middle"} and shape.hat == "none":
        seam = f.face_x - hair.part * (hair.fringe == "swept")
        drawn = ridge(seam, 0.04) * smoothstep(-1.05, -0.75, f.y)
        layers.draw(0.7 * drawn, front & f.inside & (f.face_y < hair.fringe_y + 0.04))
