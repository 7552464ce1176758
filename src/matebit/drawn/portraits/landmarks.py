"""The 68 points of iBUG 300-W, from the same canonical coordinates as the drawing."""

import numpy as np

from matebit.drawn.portraits.face import (
    LOWER_LID,
    brow_line,
    lip_lines,
    mouth_shift,
    nose_half_width,
    nose_shift,
)
from matebit.drawn.portraits.pose import to_picture
from matebit.drawn.portraits.shape import Shape


def landmarks(shape: Shape) -> np.ndarray:
    """Points (68, 2), x and y in [0, 1], in iBUG order.

    It goes from left to right in the picture: 36 to 41 are the sitter's right eye. Points turned away lie on
    the outline.
    """
    points = np.concatenate([_jaw(shape), _brows(shape), _nose(shape), _eyes(shape), _mouth(shape)])
    return to_picture(shape, points[:, 0], points[:, 1])


def _jaw(shape: Shape) -> np.ndarray:
    t = np.linspace(-1, 1, 17)
    start = shape.eye_y
    y = start + (0.995 - start) * np.sin((1 - np.abs(t)) * np.pi / 2)
    return np.stack([np.sign(t) * (np.abs(t) > 1e-9), y], -1)


def _brows(shape: Shape) -> np.ndarray:
    b = np.linspace(-0.92, 0.92, 5)
    outer_to_inner = b[::-1]
    right = np.stack(
        [-(shape.eye_x * 1.02 + shape.brow_w * outer_to_inner), brow_line(shape, outer_to_inner)],
        -1,
    )
    left = np.stack([shape.eye_x * 1.02 + shape.brow_w * b, brow_line(shape, b)], -1)
    return np.concatenate([right, left])


def _nose(shape: Shape) -> np.ndarray:
    ridge_y = np.linspace(shape.eye_y + 0.02, shape.nose_y - 0.09, 4)
    ridge = np.stack([nose_shift(shape, ridge_y), ridge_y], -1)
    k = np.array([-0.9, -0.46, 0.0, 0.46, 0.9])
    y = shape.nose_y + 0.02 * (1 - np.abs(k))
    width = nose_half_width(shape, np.array([1.0]))[0]
    return np.concatenate([ridge, np.stack([k * width + nose_shift(shape, y), y], -1)])


def _eyes(shape: Shape) -> np.ndarray:
    lid = 1 - 0.4**2.4
    low = LOWER_LID * (1 - 0.4**2)
    # (outward, down) in the eye's own units: outer corner, two above, inner corner, two below
    ring = np.array([(0.97, 0), (0.4, -lid), (-0.4, -lid), (-0.97, 0), (-0.4, low), (0.4, low)], float)
    ring[1:3, 1] *= shape.eye_open
    out = ring[:, 0] * shape.eye_w
    y = shape.eye_y - shape.eye_tilt * out + ring[:, 1] * shape.eye_h
    right = np.stack([-(shape.eye_x + out), y], -1)
    left = np.stack([shape.eye_x + out, y], -1)
    return np.concatenate([right, left[[3, 2, 1, 0, 5, 4]]])


def _mouth(shape: Shape) -> np.ndarray:
    outer = np.array([-1, -0.62, -0.22, 0, 0.22, 0.62, 1])
    inner = np.array([-0.85, -0.4, 0, 0.4, 0.85])
    top, _, _, bottom = lip_lines(shape, outer)
    _, upper, lower, _ = lip_lines(shape, inner)
    x = np.concatenate([outer, outer[5:0:-1], inner, inner[3:0:-1]])
    y = np.concatenate([top, bottom[5:0:-1], upper, lower[3:0:-1]])
    return np.stack([x * shape.mouth_w + mouth_shift(shape), y], -1)
