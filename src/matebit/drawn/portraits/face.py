"""The face: skin, eyes, brows, nose, mouth, beard, ears, in canonical coordinates."""

import math

import numpy as np

from matebit.drawn.drawing.layers import Detail, Layers, Rank
from matebit.drawn.drawing.texture import between, dome, ridge, round_end, smoothstep
from matebit.drawn.portraits.labels import Label, Part
from matebit.drawn.portraits.pose import Frame, close_up, half_width, lean
from matebit.drawn.portraits.shape import Shape

# canonical heights that every sitter's skin shares: skull, brows, eyes, nose, mouth, chin
_TEMPLATE = (-1.0, -0.2, 0.05, 0.45, 0.67, 1.0)
LOWER_LID = 0.62  # depth of the lower lid, as a part of the upper one's height


def brow_y(shape: Shape) -> float:
    """Height of the brows' ends."""
    return shape.eye_y - shape.eye_h * shape.eye_open - shape.brow_gap


def nose_shift(shape: Shape, face_y: np.ndarray) -> np.ndarray:
    """Parallax of the nose: its tip stands before the face and moves more when the head turns."""
    t = between((face_y - shape.eye_y) / (shape.nose_y - shape.eye_y), 0, 1.1)
    return 0.24 * math.sin(shape.yaw) * t**1.5


def mouth_shift(shape: Shape) -> float:
    """Parallax of the lips."""
    return 0.05 * math.sin(shape.yaw)


def skin_coordinates(shape: Shape, f: Frame) -> tuple[np.ndarray, np.ndarray]:
    """(u, v) of the skin: v is bent so that eyes, nose and mouth have one height for everyone."""
    heights = (-1.0, brow_y(shape), shape.eye_y, shape.nose_y, shape.mouth_y, 1.0)
    return f.face_x, np.interp(f.face_y, heights, _TEMPLATE).astype(np.float32)


def draw_face(layers: Layers, shape: Shape, f: Frame) -> None:
    """The head without hair and ears: its skin and all features."""
    layers, f = close_up(layers, f, f.head)
    draw_head(layers, shape, f)
    draw_mouth(layers, shape, f)
    draw_nose(layers, shape, f)
    draw_beard(layers, shape, f)
    draw_eyes(layers, shape, f)
    draw_brows(layers, shape, f)


def draw_head(layers: Layers, shape: Shape, f: Frame) -> None:
    """The skin of head and face."""
    u, v = skin_coordinates(shape, f)
    nx = np.sin(f.longitude)
    ny = 0.75 * f.y * np.abs(f.y)
    layers.stamp(f.inside, Label.SKIN, u, v, rank=Rank.HEAD, normal=(nx, ny), strand=f.face_x)
    for side in (-1, 1):
        d = np.hypot((f.face_x - 0.56 * side) / 0.3, (f.face_y - shape.nose_y + 0.04) / 0.2)
        np.maximum(layers.cheek, np.where(f.inside, 1 - smoothstep(0.1, 1.0, d), 0),
                   out=layers.cheek)  # fmt: skip


def draw_eyes(layers: Layers, shape: Shape, f: Frame) -> None:
    """Both eyes with sclera, iris, pupil, glint, lashes and the fold of the lid."""
    picture, face = layers, f
    high = np.abs(face.face_y - shape.eye_y) < 2 * shape.eye_h + 0.1
    for side, label in ((1, Label.L_EYE), (-1, Label.R_EYE)):
        layers, f = close_up(picture, face, high & (np.abs(face.face_x - side * shape.eye_x) < shape.eye_w))
        out = (f.face_x - side * shape.eye_x) * side
        ex = out / shape.eye_w
        ey = (f.face_y - shape.eye_y + shape.eye_tilt * out) / shape.eye_h
        lid = -shape.eye_open * dome(ex, 2.4)
        near = f.inside & (np.abs(ex) < 1)
        lash = 0.2 + 0.1 * between(ex, -1, 1)
        eye = near & (ey > lid - lash) & (ey < LOWER_LID * dome(ex, 2.0))
        layers.stamp(eye, label, 0.17 * ex, 0.11 * ey, detail=Detail.SCLERA)
        dx = (f.face_x - side * shape.eye_x) * shape.head_w - shape.gaze * 0.25 * shape.eye_w
        dy = (ey + 0.12) * shape.eye_h
        r = np.hypot(dx, dy) / (shape.iris * shape.eye_h)
        layers.mark(eye & (r < 1), Detail.IRIS)
        layers.mark(eye & (r < 0.52), Detail.PUPIL)
        glint = np.hypot(dx + 0.3 * shape.eye_h, dy + 0.32 * shape.eye_h)
        layers.mark(eye & (glint < 0.22 * shape.eye_h), Detail.GLINT)
        layers.mark(eye & (ey < lid), Detail.LASH)
        fold = -(shape.eye_open + 0.42) * dome(ex * 0.92, 2.2) - 0.05
        layers.draw(0.55 * ridge(ey - fold, 0.16), near & ~eye)
        layers.draw(0.45 * ridge(ey - LOWER_LID * dome(ex, 2.0) - 0.05, 0.1), near & ~eye)


def draw_brows(layers: Layers, shape: Shape, f: Frame) -> None:
    """Both brows."""
    layers, f = close_up(layers, f, np.abs(f.face_y - brow_y(shape)) < 0.25)
    for side, label in ((1, Label.L_BROW), (-1, Label.R_BROW)):
        bx = (f.face_x * side - shape.eye_x * 1.02) / shape.brow_w
        middle = brow_line(shape, bx)
        thick = shape.brow_h * (1.05 - 0.5 * (bx + 1) / 2) * round_end(bx, 5)
        by = (f.face_y - middle) / shape.brow_h
        brow = f.inside & (np.abs(bx) < 1) & (np.abs(f.face_y - middle) < thick)
        layers.stamp(brow, label, 0.2 * bx, 0.04 * by, strand=bx)


def brow_line(shape: Shape, bx: np.ndarray) -> np.ndarray:
    """Height of a brow's middle line; bx goes from -1 (nose) to 1 (temple)."""
    arch = shape.brow_arch * (1 - (bx - 0.1) ** 2)
    return brow_y(shape) - arch + shape.brow_slant * shape.brow_w * bx


def nose_half_width(shape: Shape, t: np.ndarray) -> np.ndarray:
    """Half-width of the nose at t, 0 between the eyes and 1 at its base."""
    body = 0.34 + 0.66 * smoothstep(0.3, 0.95, t)
    return shape.nose_w * body * round_end(between((t - 0.98) / 0.16, 0, 1))


def draw_nose(layers: Layers, shape: Shape, f: Frame) -> None:
    """The nose, its lit and shadowed side, wings and nostrils."""
    layers, f = close_up(layers, f, (np.abs(f.face_x) < 0.6) & (f.face_y > shape.eye_y - 0.1))
    top = shape.eye_y - 0.06
    t = (f.face_y - top) / (shape.nose_y - top)
    nx = f.face_x - nose_shift(shape, f.face_y)
    width = np.maximum(nose_half_width(shape, t), 1e-3)
    nose = f.inside & (t > 0) & (np.abs(nx) < width)
    across = between(nx / width, -1, 1)
    bulge = smoothstep(0.0, 0.8, t)
    normal = (
        between(layers.nx + 0.75 * across * bulge, -0.95, 0.95),
        layers.ny + 0.5 * smoothstep(0.88, 1.08, t),
    )
    layers.stamp(nose, Label.NOSE, 0.15 * across, 0.45 * t, normal=normal)
    ny = f.face_y - shape.nose_y
    for side in (-1, 1):
        hole = np.hypot((nx - side * 0.46 * shape.nose_w) / 0.24, (ny - 0.016) / 0.026 * shape.nose_w)
        layers.mark(nose & (hole < shape.nose_w), Detail.NOSTRIL)
        wing = ridge(np.abs(nx) - width, 0.035) * smoothstep(0.74, 0.86, t) * (t < 1.12)
        layers.draw(0.9 * wing, f.inside & (nx * side > 0))
    shadow_side = 1.0 if shape.yaw > 0 else -1.0
    bridge = ridge(nx - shadow_side * width, 0.03)
    layers.draw(0.55 * bridge * smoothstep(0.1, 0.3, t) * (t < 0.8), f.inside)
    base = ridge(ny - 0.035 - 0.02 * dome(nx / shape.nose_w, 2), 0.02)
    layers.draw(0.8 * base * (np.abs(nx) < 0.5 * shape.nose_w), f.inside)


def lip_lines(shape: Shape, mx: np.ndarray) -> tuple[np.ndarray, ...]:
    """Heights of the four lines (top, upper inner, lower inner, bottom) at mx in [-1, 1]."""
    middle = shape.mouth_y - shape.smile * mx * mx
    gap = shape.mouth_open * dome(mx, 2.0)
    bow = 1 - 0.22 * np.exp(-((mx / 0.17) ** 2))
    top = middle - gap - shape.upper_lip * dome(mx, 1.7) * bow
    bottom = middle + gap + shape.lower_lip * dome(mx, 2.2)
    return top, middle - gap, middle + gap, bottom


def draw_mouth(layers: Layers, shape: Shape, f: Frame) -> None:
    """Upper lip, what is between the lips when they part, lower lip."""
    near = np.abs(f.face_x - mouth_shift(shape)) < shape.mouth_w + 0.05
    layers, f = close_up(layers, f, near & (np.abs(f.face_y - shape.mouth_y) < 0.35))
    mx = (f.face_x - mouth_shift(shape)) / shape.mouth_w
    top, upper, lower, bottom = lip_lines(shape, between(mx, -1, 1))
    y, near = f.face_y, f.inside & (np.abs(mx) < 1)
    u, base = 0.25 * mx, layers.ny
    layers.stamp(near & (y >= top) & (y < upper), Label.U_LIP, u, 0.06 * (y - upper) /
                 shape.upper_lip, normal=(layers.nx, base + 0.35))  # fmt: skip
    down = (y - lower) / shape.lower_lip
    layers.stamp(near & (y >= lower) & (y < bottom), Label.L_LIP, u, 0.075 * down,
                 normal=(layers.nx, base + 0.9 * down - 0.45))  # fmt: skip
    inner = near & (y >= upper) & (y < lower)
    layers.stamp(inner, Label.MOUTH, u, 0.5 * (y - shape.mouth_y))
    layers.mark(inner & (y < upper + 0.9 * shape.mouth_open), Detail.TEETH)
    if shape.mouth_open == 0:
        layers.draw(ridge(y - upper, 0.022), near)
    corners = ridge(np.hypot((np.abs(mx) - 1) * shape.mouth_w, y - upper), 0.03)
    layers.draw(0.7 * corners, f.inside)


def draw_beard(layers: Layers, shape: Shape, f: Frame) -> None:
    """Facial hair, labelled as hair (so that a condition shows it) with coordinates of its own."""
    if shape.beard == "none":
        return
    mx = (f.face_x - mouth_shift(shape)) / shape.mouth_w
    top = lip_lines(shape, between(mx, -1, 1))[0]
    rim = shape.nose_y + 0.06 + 0.05 * mx * mx
    area = (np.abs(mx) < 1.12) & (f.face_y > rim) & (f.face_y < top + 0.06 * np.abs(mx) ** 3)
    if shape.beard == "goatee":
        chin = np.hypot(mx / 0.95, (f.face_y - 1.0) / (0.96 - shape.mouth_y))
        area |= (chin < 1) & (f.face_y > shape.mouth_y)
    if shape.beard == "full":
        cheek = shape.nose_y + 0.1 - 0.5 * smoothstep(0.5, 0.95, np.abs(f.face_x))
        area |= (f.face_y > cheek) & ((np.abs(mx) > 1.0) | (f.face_y > shape.mouth_y))
    beard = area & f.inside & (layers.label == Label.SKIN)
    u, v = skin_coordinates(shape, f)
    layers.stamp(beard, Label.HAIR, u, v, part=Part.BEARD, strand=1.7 * f.face_x)


def ear_centre(shape: Shape, side: int) -> tuple[float, float, bool]:
    """Where an ear is: x, y in the head's plane, and whether it lies before the head."""
    y = 0.5 * (shape.eye_y + shape.nose_y) - 0.02
    angle = side * 1.62 + shape.yaw
    before = abs(angle) < np.pi / 2
    reach = np.sin(np.clip(angle, -np.pi / 2, np.pi / 2)) if before else side * 1.0
    x = reach * float(half_width(shape, np.array(y))) + side * (0.02 if before else 0.05)
    hidden = max(0.0, abs(angle) - 1.75)  # a far ear slips behind the head
    return x - side * 0.4 * hidden, y, before


def draw_ear(layers: Layers, shape: Shape, f: Frame, side: int) -> None:
    """One ear with the line of its rim; `side` is 1 for the sitter's left."""
    x0, y0, _ = ear_centre(shape, side)
    beside = np.abs(f.x - x0) < shape.ear + 0.2
    layers, f = close_up(layers, f, beside & (np.abs(f.y - y0) < 1.2 * shape.ear))
    ex = (f.x + lean(shape, f.y) - x0 - lean(shape, np.array(y0, np.float32))) * side / (0.5 * shape.ear)
    ey = (f.y - y0) / shape.ear
    ex = ex + 0.25 * ey
    r = np.hypot(ex, ey * (1 + 0.12 * ey))
    ear = (r < 1) & (np.abs(ey) < 1.2)
    label = Label.L_EAR if side > 0 else Label.R_EAR
    normal = (between(0.75 * ex * side, -0.9, 0.9), 0.3 * ey)
    layers.stamp(ear, label, 0.1 * ex, 0.2 * ey, rank=Rank.HEAD, normal=normal)
    layers.draw(
        0.6 * ridge(np.hypot(ex + 0.1, ey + 0.08) - 0.6, 0.14),
        ear & (ex > -0.35) & (np.abs(ey) < 1),
    )
