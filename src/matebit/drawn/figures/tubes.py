"""Tubes around curves: what limbs, trunk and clothes are made of."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator

_DENSE = 48  # stations of a tube before it is sampled for a picture


@dataclass(frozen=True)
class Tube:
    """Cross-sections along a curve, at stations t in [0, 1]; S stations, camera space.

    centre, side, front: (S, 3), the middle of each section and its two axes
    across, before, behind: (S,) half-widths along `side`, and along `front` to the front and back
    power: of the superellipse, 2 is an ellipse
    length: along the curve, in half head heights
    """

    centre: np.ndarray
    side: np.ndarray
    front: np.ndarray
    across: np.ndarray
    before: np.ndarray
    behind: np.ndarray
    length: float
    power: float = 2.0

    def grown(self, ease: np.ndarray | float) -> "Tube":
        """The tube of a garment that stands off by `ease`, a number or (S,)."""
        return Tube(self.centre, self.side, self.front, self.across + ease, self.before + ease,
                    self.behind + ease, self.length, self.power)  # fmt: skip

    def points(self, t: np.ndarray, theta: np.ndarray, bulge: np.ndarray | None = None) -> np.ndarray:
        """Points (R, C, 3) at stations t (R,) and angles theta (C,); 0 is the front, pi/2 the left.

        `bulge` (R, C) is added to the distance from the middle.
        """
        count = len(self.centre)

        def at(values: np.ndarray) -> np.ndarray:
            low = np.clip((t * (count - 1)).astype(int), 0, count - 2)
            part = t * (count - 1) - low
            if values.ndim == 2:
                part = part[:, None]
            # single precision is a thousandth of a pixel, in half the time
            return (values[low] * (1 - part) + values[low + 1] * part).astype(np.float32)

        sine, cosine = np.sin(theta).astype(np.float32), np.cos(theta).astype(np.float32)
        depth = np.where(cosine > 0, at(self.before)[:, None], at(self.behind)[:, None])
        wide = at(self.across)[:, None]
        if self.power != 2.0:
            norm = (np.abs(sine) ** self.power + np.abs(cosine) ** self.power) ** (-1 / self.power)
            sine, cosine = sine * norm, cosine * norm
        x, z = wide * sine, depth * cosine
        if bulge is not None:
            far = 1 + bulge.astype(np.float32) / np.maximum(np.hypot(x, z), 1e-6)
            x, z = x * far, z * far
        centre, side, front = at(self.centre)[:, None], at(self.side)[:, None], at(self.front)[:, None]
        return centre + side * x[..., None] + front * z[..., None]


def profile(places: list[float], values: list[float], t: np.ndarray) -> np.ndarray:
    """A smooth curve through (places, values) that does not overshoot, at t."""
    return PchipInterpolator(places, values, extrapolate=True)(t)


def bent_curve(joints: np.ndarray, rounding: float) -> tuple[np.ndarray, np.ndarray, float]:
    """A line through the joints (J, 3) whose corners are rounded over `rounding` to both sides.

    Returns points (S, 3) equally far apart along it, where the joints lie as a part of its length
    (J,), and the length.
    """
    pieces = [joints[:1]]
    for before, corner, after in zip(joints, joints[1:], joints[2:], strict=False):
        ends = []
        for other in (before, after):
            away = other - corner
            far = np.linalg.norm(away)
            ends.append(corner + away * min(rounding / far, 0.48))
        s = np.linspace(0, 1, 9)[:, None]
        pieces.append((1 - s) ** 2 * ends[0] + 2 * s * (1 - s) * corner + s**2 * ends[1])
    pieces.append(joints[-1:])
    path = np.concatenate(pieces)
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    keep = np.concatenate([[True], steps > 1e-9])
    path = path[keep]
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    even = np.linspace(0, along[-1], _DENSE)
    points = np.stack([np.interp(even, along, path[:, k]) for k in range(3)], -1)
    nearest = [np.argmin(np.linalg.norm(points - joint, axis=1)) / (_DENSE - 1) for joint in joints]
    return points, np.array(nearest), float(along[-1])


def smooth_curve(heights: np.ndarray, points: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The spline through points (J, 3) given at increasing `heights`, at `wanted` (S,)."""
    return CubicSpline(heights, points, bc_type="natural")(wanted)


def frames(points: np.ndarray, side: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Axes (S, 3) of sections across a curve: near `side`, turned as little as the curve allows."""
    tangent = np.gradient(points, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    sides = np.empty_like(points)
    last = side
    for k, direction in enumerate(tangent):
        last = last - (last @ direction) * direction
        last = last / np.linalg.norm(last)
        sides[k] = last
    return sides, np.cross(sides, tangent)


def limb(
    joints: np.ndarray, side: np.ndarray, rounding: float
) -> tuple[np.ndarray, np.ndarray, float, np.ndarray, np.ndarray]:
    """Curve, its joints' places, length, and both axes of a limb through `joints`."""
    points, places, length = bent_curve(joints, rounding)
    sides, fronts = frames(points, side)
    return points, places, length, sides, fronts
