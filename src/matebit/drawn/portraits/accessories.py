"""Hats, glasses, earrings and necklaces."""

import numpy as np

from matebit.drawn.drawing.layers import Detail, Layers, Rank
from matebit.drawn.drawing.texture import between, ridge, round_end, triangle
from matebit.drawn.portraits.body import opening
from matebit.drawn.portraits.face import ear_centre
from matebit.drawn.portraits.labels import Label, Part
from matebit.drawn.portraits.pose import Frame, close_up, lean
from matebit.drawn.portraits.shape import Shape


def draw_hat(layers: Layers, shape: Shape, f: Frame) -> None:
    """The hat, turned with the head: its coordinates follow the longitude."""
    if shape.hat == "none":
        return
    hair = shape.hair
    tilt = shape.hat_tilt
    near = np.abs(f.x) < shape.head_w + hair.side + 0.5
    layers, f = close_up(layers, f, near & (f.y < 0.3))
    x, y = f.x, f.y - tilt * f.x
    w = shape.head_w + hair.side
    rise = 1 + hair.top  # where the hair ends above
    bow = 0.10 * (1 - between(np.abs(x) / w, 0, 1) ** 2)  # a band around the head sags in front

    def put(mask: np.ndarray, width: np.ndarray, part: int = Label.HAT) -> None:
        across = between(x / np.maximum(width, 0.05), -1, 1)
        layers.stamp(mask, Label.HAT, np.arcsin(across) - shape.yaw, y, part=part, rank=Rank.TOP,
                     normal=(0.9 * across, between(0.9 * (y + 0.6), -0.9, 0.2)),
                     strand=2 * across)  # fmt: skip

    if shape.hat == "beanie":
        dome = (w + 0.05) * round_end(between((y + 0.3) / (rise - 0.2), -1, 0), 2.4)
        edge = -0.52 + bow
        hat = (np.abs(x) < dome) & (y < edge)
        put(hat, dome)
        layers.mark(hat & (y > edge - 0.2), Detail.TRIM)
        layers.draw(ridge(y - edge + 0.2, 0.025), hat)
        bobble = np.hypot(x, y + rise + 0.17) < 0.17
        put(bobble, np.full_like(x, 0.17), Part.BUN)
        layers.mark(bobble, Detail.TRIM)
    elif shape.hat == "brim":
        crown = 0.93 * w * (1 + 0.12 * (y + 0.6)) * round_end((y + 0.72) / (rise - 0.45), 6)
        hat = (np.abs(x) < crown) & (y < -0.5 + bow)
        put(hat, crown)
        layers.mark(hat & (y > -0.78 + bow), Detail.TRIM)
        layers.draw(ridge(y + 0.78 - bow, 0.025), hat)
        wide = np.full_like(x, w + 0.42)
        brim = np.abs(y + 0.5 - 0.8 * bow) < 0.115 * round_end(x / (w + 0.42), 2)
        put(brim, wide, Part.HAT_BRIM)
    elif shape.hat == "beret":
        side = 1.0 if tilt > 0 else -1.0
        dx, dy = (x - 0.14 * side) / (w + 0.24), (y + 0.86 - 0.1 * side * x) / 0.42
        puff = np.hypot(dx, dy) < 1
        put(puff, (w + 0.24) * np.ones_like(x))
        band = (np.abs(x) < w + 0.02) & (np.abs(y + 0.60 - bow) < 0.06)
        put(band, w * np.ones_like(x), Part.HAT_BRIM)
        layers.mark(band, Detail.TRIM)
        stalk = (np.abs(x - 0.14 * side) < 0.03) & (np.abs(y + 1.3) < 0.09)
        put(stalk, np.full_like(x, 0.03), Part.BUN)
    elif shape.hat == "crown":
        top = -1.16 - hair.top + 0.26 * triangle(6 * np.arcsin(between(x / w, -1, 1)) / np.pi)
        hat = (np.abs(x) < 0.9 * w) & (y < -0.66 + bow) & (y > top)
        put(hat, 0.9 * w * np.ones_like(x))
        jewels = np.hypot((triangle(4 * np.arcsin(between(x / w, -1, 1)) / np.pi) - 1) * 0.3,
                          y + 0.78 - bow)  # fmt: skip
        layers.mark(hat & (jewels < 0.06), Detail.TRIM)
        layers.draw(0.8 * ridge(y + 0.9 - bow, 0.02), hat)
    else:
        dome = (w + 0.1) * round_end(between((y + 0.55) / (rise - 0.4), -1, 1), 2.2)
        hat = (np.abs(x) < dome) & (y < -0.42 + bow)
        put(hat, dome)
        wrap = (y + 0.9) * 1.3 + 0.7 * x
        layers.draw(0.7 * ridge(np.sin(5.5 * wrap), 0.28), hat)
        knot = np.hypot(x / 0.16, (y + 0.62 - bow) / 0.12) < 1
        put(knot & hat, np.full_like(x, 0.16), Part.BUN)
        layers.mark(knot & hat, Detail.TRIM)


def draw_glasses(layers: Layers, shape: Shape, f: Frame) -> None:
    """Frames (and tinted lenses) are labelled eye_g; through clear lenses the eyes keep theirs."""
    if shape.glasses == "none":
        return
    layers, f = close_up(layers, f, f.head)
    y = f.face_y - shape.eye_y - 0.025
    power = 4.0 if shape.glasses == "square" else 2.0
    rx, ry, rim = 0.345, shape.eye_h + 0.05, 0.026
    frame = np.zeros_like(f.inside)
    for side in (-1, 1):
        dx = f.face_x - side * 0.44
        r = (np.abs(dx / rx) ** power + np.abs(y / ry) ** power) ** (1 / power)
        frame |= np.abs(r - 1) * ry < rim
        if shape.glasses == "tinted":
            lens = (r < 1) & f.inside
            layers.stamp(lens, Label.EYE_G, f.face_x, y, rank=Rank.FRONT, detail=Detail.LENS)
            layers.draw(0.5 * ridge(dx + y - 0.05, 0.03), lens & (np.abs(y) < 0.1))
    frame |= (np.abs(f.face_x) < 0.11) & (np.abs(y + 0.04) < rim)
    frame |= (np.abs(f.face_x) > 0.77) & (np.abs(y + 0.04) < rim)
    layers.stamp(frame & f.inside, Label.EYE_G, f.face_x, y, rank=Rank.FRONT)


def draw_earrings(layers: Layers, shape: Shape, f: Frame) -> None:
    """An earring under each ear that is not turned away or under hair."""
    if shape.earrings == "none" or (shape.hair.fall != "close" and shape.hair.kind != "bald"):
        return
    picture, whole = layers, f
    for side, part in ((1, Part.L_EARRING), (-1, Part.R_EARRING)):
        x0, y0, before = ear_centre(shape, side)
        if not before and side * shape.yaw > 0.35:
            continue
        near = (np.abs(whole.x - x0) < 0.5) & (np.abs(whole.y - y0 - shape.ear - 0.1) < 0.3)
        layers, f = close_up(picture, whole, near)
        x = f.x + lean(shape, f.y) - x0 - lean(shape, np.array(y0, np.float32)) - 0.02 * side
        y = f.y - y0 - shape.ear
        if shape.earrings == "stud":
            dx, dy = x / 0.055, y / 0.055
            ring = np.hypot(dx, dy) < 1
        elif shape.earrings == "drop":
            dx, dy = x / (0.035 + 0.22 * between(y, 0, 0.2)), (y - 0.13) / 0.16
            ring = (np.abs(dx) < round_end(dy, 3)) & (np.abs(dy) < 1)
        else:
            dx, dy = x / 0.14, (y - 0.12) / 0.15
            ring = np.abs(np.hypot(dx, dy) - 0.84) < 0.2
        layers.stamp(
            ring,
            Label.EAR_R,
            0.1 * dx,
            0.1 * dy,
            part=part,
            rank=Rank.FRONT,
            normal=(0.6 * dx, 0.6 * dy),
        )


def draw_necklace(layers: Layers, shape: Shape, f: Frame) -> None:
    """A string of beads on the neck, where the neckline leaves room for it."""
    if not shape.necklace or shape.collar in {"turtle", "suit"}:
        return
    near = (np.abs(f.body_x) < shape.neck_w + 0.2) & (np.abs(f.body_y - shape.shoulder_y - 0.1) < 0.3)
    layers, f = close_up(layers, f, near)
    x, y = f.body_x, f.body_y - shape.shoulder_y
    rx, ry = shape.neck_w + 0.02, 0.16 if shape.collar != "scoop" else 0.24
    angle = np.arctan2(y + 0.06, x / rx * ry)
    r = np.hypot(x / rx, (y + 0.06) / ry)
    beads = 0.035 + 0.02 * np.abs(np.sin(9 * angle))
    string = (np.abs(r - 1) * ry < beads) & (y > -0.08) & (opening(shape, f) < 0.1)
    layers.stamp(string, Label.NECK_L, 0.4 * angle, (r - 1) * ry, rank=Rank.BODY)
