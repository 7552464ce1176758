"""The head as a turned solid: from pixels to the face's own coordinates, and back.

At every height the head's cross-section is a circle of radius `half_width`, so turning the head by
`yaw` adds `yaw` to the longitude of each surface point. The axis of those circles leans with the
yaw (the chin lies before the neck), which gives the turned head its profile.
"""

import math
from dataclasses import dataclass

import numpy as np

from matebit.drawn.drawing.curves import smoothstep
from matebit.drawn.portraits.shape import Shape

_NECK_PIVOT = 0.85  # the head tilts about this height; the body follows by _BODY_ROLL
_BODY_ROLL = 0.2


@dataclass(frozen=True)
class Frame:
    """Coordinates of every pixel; all arrays (H, W) float32, in half head heights.

    x, y: in the plane of the picture, upright with the head, x from the head's axis
    body_x, body_y: upright with the body, y is 0 at mid-head and 1 at the chin
    inside: bool, whether the head itself (skull and face) is there
    width: half-width of the head at that height
    longitude: of the visible surface point, 0 facing us, radians
    face_x, face_y: canonical face: x is -1 and 1 at the cheeks' edges, y is 1 at the chin
    """

    x: np.ndarray
    y: np.ndarray
    body_x: np.ndarray
    body_y: np.ndarray
    inside: np.ndarray
    width: np.ndarray
    longitude: np.ndarray
    face_x: np.ndarray
    face_y: np.ndarray


def half_width(shape: Shape, y: np.ndarray) -> np.ndarray:
    """Half-width of the head at height y; 0 above the skull and below the chin."""
    up = np.clip((shape.head_y - y) / (1 + shape.head_y), 0, 1)
    down = np.clip((y - shape.head_y) / (1 - shape.head_y), 0, 1)
    skull = (1 - up**2.3) ** (1 / 2.2)
    jaw = (1 - down**shape.jaw_n) ** shape.jaw_m
    return shape.head_w * skull * jaw


def lean(shape: Shape, y: np.ndarray) -> np.ndarray:
    """Sideways shift of the head's axis at height y, caused by the yaw."""
    return math.sin(shape.yaw) * (0.26 * smoothstep(-0.7, 0.95, y) - 0.1)


def frame(shape: Shape, size: int, samples: int = 1, window: tuple[slice, slice] | None = None) -> Frame:
    """Coordinates at the centres of a (size * samples)-square grid of (sub)pixels.

    `window`: rows and columns of the grid that are wanted, all by default.
    """
    n = size * samples
    line = (np.arange(n, dtype=np.float32) + 0.5) / n
    rows, columns = window or (slice(n), slice(n))
    px, py = np.meshgrid(line[columns], line[rows])
    dx, dy = (px - shape.cx) / shape.scale, (py - shape.cy) / shape.scale
    c, s = math.cos(shape.roll), math.sin(shape.roll)
    x0, y = c * dx + s * dy, c * dy - s * dx
    body_x, body_y = _body(shape, dx, dy)
    x = x0 - lean(shape, y)
    width = half_width(shape, y)
    longitude = np.arcsin(np.clip(x / np.maximum(width, 1e-3), -1, 1))
    face_x = _unroll(longitude - shape.yaw)
    inside = (np.abs(x) < width) & (np.abs(y) < 1)
    p = shape.pitch
    face_y = np.where(np.abs(y) < 1, y - p * (1 - y * y), y)
    arrays = (x, y, body_x, body_y, inside, width, longitude, face_x, face_y)
    return Frame(*(a if a.dtype == bool else a.astype(np.float32) for a in arrays))


def _body(shape: Shape, dx: np.ndarray, dy: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    pivot_x, pivot_y = -math.sin(shape.roll) * _NECK_PIVOT, math.cos(shape.roll) * _NECK_PIVOT
    c, s = math.cos(_BODY_ROLL * shape.roll), math.sin(_BODY_ROLL * shape.roll)
    ex, ey = dx - pivot_x, dy - pivot_y
    x = c * ex + s * ey + 0.12 * math.sin(shape.yaw) - shape.neck_x
    return x, c * ey - s * ex + _NECK_PIVOT


def _unroll(angle: np.ndarray) -> np.ndarray:
    # a sine on the face's half; behind the cheeks it goes on with the angle, so it never folds
    behind = np.abs(angle) - np.pi / 2
    return np.where(behind > 0, np.sign(angle) * (1 + behind), np.sin(angle))


def to_picture(shape: Shape, face_x: np.ndarray, face_y: np.ndarray) -> np.ndarray:
    """Picture positions (..., 2), x and y in [0, 1], of canonical face points.

    Points turned out of sight are placed on the head's visible outline, as annotators do.
    """
    face_x, face_y = np.asarray(face_x, float), np.asarray(face_y, float)
    p = shape.pitch
    if abs(p) > 1e-6:
        turned = (np.sqrt(np.maximum(1 + 4 * p * (p + face_y), 0)) - 1) / (2 * p)
        y = np.where(np.abs(face_y) < 1, turned, face_y)
    else:
        y = face_y
    angle = np.arcsin(np.clip(face_x, -1, 1)) + shape.yaw
    x = half_width(shape, y) * np.sin(np.clip(angle, -np.pi / 2, np.pi / 2)) + lean(shape, y)
    c, s = math.cos(shape.roll), math.sin(shape.roll)
    return np.stack([shape.cx + shape.scale * (c * x - s * y), shape.cy + shape.scale * (s * x + c * y)], -1)
