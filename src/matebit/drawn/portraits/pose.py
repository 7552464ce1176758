"""The head as a turned solid: from pixels to the face's own coordinates, and back.

At every height the head's cross-section is a circle of radius `half_width`, so turning the head by
`yaw` adds `yaw` to the longitude of each surface point. The axis of those circles leans with the
yaw (the chin lies before the neck), which gives the turned head its profile.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from matebit.drawn.drawing.layers import Layers, Window, window_of
from matebit.drawn.drawing.texture import between, smoothstep
from matebit.drawn.portraits.shape import Shape

_NECK_PIVOT = 0.85  # the head tilts about this height; the body follows by _BODY_ROLL
_BODY_ROLL = 0.2


@dataclass(frozen=True)
class Frame:
    """Coordinates of every pixel; all arrays (H, W) float32, in half head heights.

    x, y: in the plane of the picture, upright with the head, x from the head's axis
    body_x, body_y: upright with the body, y is 0 at mid-head and 1 at the chin

    What follows from them is calculated when it is first asked for, so that a window of the picture costs
    no more than its own pixels.
    """

    shape: Shape
    x: np.ndarray
    y: np.ndarray
    body_x: np.ndarray
    body_y: np.ndarray

    @cached_property
    def width(self) -> np.ndarray:
        """Half-width of the head at that height."""
        return half_width(self.shape, self.y)

    @cached_property
    def inside(self) -> np.ndarray:
        """Whether the head itself (skull and face) is there, bool."""
        return (np.abs(self.x) < self.width) & (np.abs(self.y) < 1)

    @cached_property
    def longitude(self) -> np.ndarray:
        """Longitude of the visible surface point, 0 facing us, radians."""
        return np.arcsin(between(self.x / np.maximum(self.width, 1e-3), -1, 1))

    @cached_property
    def face_x(self) -> np.ndarray:
        """Across the canonical face: -1 and 1 at the cheeks' edges."""
        return _unroll(self.longitude - self.shape.yaw)

    @cached_property
    def face_y(self) -> np.ndarray:
        """Down the canonical face: 1 at the chin."""
        y = self.y
        return np.where(np.abs(y) < 1, y - self.shape.pitch * (1 - y * y), y)

    def within(self, window: Window) -> Frame:
        """The coordinates of a window of the picture."""
        planes = {name: plane for name, plane in vars(self).items() if name != "shape"}
        cut = {name: np.ascontiguousarray(plane[window]) for name, plane in planes.items()}
        part = Frame(self.shape, *(cut.pop(name) for name in ("x", "y", "body_x", "body_y")))
        vars(part).update(cut)  # what was calculated before need not be calculated again
        return part

    @property
    def head(self) -> np.ndarray:
        """Where the head may be, bool: a box around `inside` that costs little."""
        return (np.abs(self.y) < 1) & (np.abs(self.x) <= self.shape.head_w)


def half_width(shape: Shape, y: np.ndarray) -> np.ndarray:
    """Half-width of the head at height y; 0 above the skull and below the chin."""
    up = between((shape.head_y - y) / (1 + shape.head_y), 0, 1)
    down = between((y - shape.head_y) / (1 - shape.head_y), 0, 1)
    skull = (1 - up**2.3) ** (1 / 2.2)
    jaw = (1 - down**shape.jaw_n) ** shape.jaw_m
    return shape.head_w * skull * jaw


def lean(shape: Shape, y: np.ndarray) -> np.ndarray:
    """Sideways shift of the head's axis at height y, caused by the yaw."""
    return math.sin(shape.yaw) * (0.26 * smoothstep(-0.7, 0.95, y) - 0.1)


def frame(shape: Shape, size: int, samples: int = 1, window: Window | None = None) -> Frame:
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
    arrays = (x0 - lean(shape, y), y, body_x, body_y)
    return Frame(shape, *(a.astype(np.float32, copy=False) for a in arrays))


def close_up(layers: Layers, f: Frame, near: np.ndarray) -> tuple[Layers, Frame]:
    """Layers and coordinates of the window that holds all of `near` (H, W) bool."""
    window = window_of(near)
    return layers.within(window), f.within(window)


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
    angle = np.arcsin(between(face_x, -1, 1)) + shape.yaw
    x = half_width(shape, y) * np.sin(between(angle, -np.pi / 2, np.pi / 2)) + lean(shape, y)
    c, s = math.cos(shape.roll), math.sin(shape.roll)
    return np.stack([shape.cx + shape.scale * (c * x - s * y), shape.cy + shape.scale * (s * x + c * y)], -1)
