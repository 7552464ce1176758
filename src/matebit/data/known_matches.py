"""Known matches: an example whose exemplar is its own picture under a map that is known.

Where each place of the condition lies in such an exemplar needs no annotation: any dataset teaches matching.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

CELL = 4  # px; flows are known at the centres of cells of this side, of which tokens are made

# How far a map goes: degrees, factors, shares of the side.
ROTATION, SCALE, SHIFT = 26.0, (0.75, 1.35), 0.09
_WAVES = 2  # of each axis of a bend
_STEPS = 12  # of the fixed-point iteration that turns a bend round; each leaves at most half of the error


@dataclass(frozen=True)
class KnownMap:
    """A place q of the exemplar shows the place g(q) of the picture; places (x, y) in [0,1].

    g(q) = c + `linear` (q - c) + `shift` + bend(q) with c the middle. `linear` (2,2): rotation, mirror, and
    the inverse of `scale`. bend: for each axis a sum of sines, `waves` (2,_WAVES,4) of amplitude, frequency
    along x and y (cycles a side), phase.
    """

    linear: np.ndarray
    shift: np.ndarray
    scale: float
    waves: np.ndarray

    def shown(self, places: np.ndarray) -> np.ndarray:
        """g of `places` (2,...), the same shape."""
        moved = np.tensordot(self.linear, places - 0.5, axes=1) + 0.5
        return moved + _column(self.shift, places) + self._bend(places)

    def found(self, places: np.ndarray) -> np.ndarray:
        """The inverse of g: where in the exemplar `places` (2,...) of the picture lie."""
        back = np.linalg.inv(self.linear)
        target = places - 0.5 - _column(self.shift, places)
        found = np.tensordot(back, target, axes=1) + 0.5
        if self.waves[..., 0].any():
            for _ in range(_STEPS):
                found = np.tensordot(back, target - self._bend(found), axes=1) + 0.5
        return found

    def _bend(self, places: np.ndarray) -> np.ndarray:
        if not self.waves[..., 0].any():
            return np.zeros_like(places)
        amplitude, along_x, along_y, phase = np.moveaxis(self.waves, -1, 0)[..., None]
        x, y = places.reshape(2, 1, 1, -1)
        waves = amplitude * np.sin(2 * math.pi * (along_x * x + along_y * y) + phase)
        return waves.sum(axis=1).reshape(places.shape)

    def flow(self, size: int) -> np.ndarray:
        """For the centre of each cell of the picture its place (x, y) in the exemplar, float32 (2,S/4,S/4).

        NaN where the exemplar does not show it.
        """
        found = self.found(_centres(size // CELL))
        outside = ((found < 0) | (found > 1)).any(axis=0)
        return np.where(outside, np.nan, found).astype(np.float32)

    def exemplar(self, picture: np.ndarray) -> np.ndarray:
        """The picture, uint8 (C,S,S), as the exemplar shows it: bilinear, borders mirrored."""
        return self._moved(picture, cv2.INTER_LINEAR)

    def condition(self, condition: np.ndarray, forms: tuple[str, ...]) -> np.ndarray:
        """The condition, uint8 (C,S,S), moved with its picture; `forms` tells what each channel is.

        `one_hot` channels stay 0 or 255, `lines` are interpolated, a `distance` grows with the picture
        (255, far from everything, stays).
        """
        forms = forms * len(condition) if len(forms) == 1 else forms
        nearest = np.array([form == "one_hot" for form in forms])
        moved = np.empty_like(condition)
        for chosen, rule in ((nearest, cv2.INTER_NEAREST), (~nearest, cv2.INTER_LINEAR)):
            if chosen.any():
                moved[chosen] = self._moved(condition[chosen], rule)
        for channel, form in zip(moved, forms, strict=True):
            if form == "distance":
                grown = np.rint(channel * np.float32(self.scale)).clip(max=255).astype(np.uint8)
                channel[...] = np.where(channel == 255, 255, grown)
        return moved

    def _moved(self, planes: np.ndarray, rule: int) -> np.ndarray:
        size = planes.shape[-1]
        x, y = (self.shown(_centres(size)) * size - 0.5).astype(np.float32)
        return np.stack([cv2.remap(plane, x, y, rule, borderMode=cv2.BORDER_REFLECT_101) for plane in planes])


def _column(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    return values.reshape(2, *[1] * (like.ndim - 1))


def _centres(count: int) -> np.ndarray:
    """x and y of the centres of `count` x `count` cells, (2,count,count)."""
    middle = (np.arange(count) + 0.5) / count
    return np.stack(np.meshgrid(middle, middle, indexing="xy"))


def draw_map(rng: np.random.Generator, flip: bool, bend: float = 0.0) -> KnownMap:
    """A random map: turned by up to 26 degrees, 0.75 to 1.35 as large, shifted by up to 9 % of the side.

    Mirrored with probability 1/2 if `flip`. `bend`: the largest deviation from an affine map, a share of the
    side; below 0.04 every such map can be turned round.
    """
    angle = math.radians(rng.uniform(-ROTATION, ROTATION))
    scale = math.exp(rng.uniform(math.log(SCALE[0]), math.log(SCALE[1])))
    mirror = -1.0 if rng.random() < 0.5 and flip else 1.0
    cosine, sine = math.cos(angle), math.sin(angle)
    linear = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([mirror, 1.0]) / scale
    shift = rng.uniform(-SHIFT, SHIFT, size=2)
    waves = np.stack(
        [
            rng.uniform(-bend, bend, size=(2, _WAVES)) / _WAVES,
            *rng.uniform(-1.2, 1.2, size=(2, 2, _WAVES)),
            rng.uniform(0, 2 * math.pi, size=(2, _WAVES)),
        ],
        axis=-1,
    )
    return KnownMap(linear, shift, scale, waves)


def draw_colours(rng: np.random.Generator, amount: float) -> np.ndarray:
    """A random change of colours, (3,3) on RGB: hue turned about grey, saturation changed; grey stays grey.

    `amount` in [0,1]: at 1 any hue, and saturation from none to twice as much.
    """
    angle = rng.uniform(-math.pi, math.pi) * amount
    saturation = 1 + rng.uniform(-1, 1) * amount
    grey = np.full((3, 3), 1 / 3)
    cross = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    turned = grey + math.cos(angle) * (np.eye(3) - grey) + math.sin(angle) * cross
    return grey + saturation * (turned - grey)


def recoloured(picture: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """uint8 (3,S,S) under a matrix of `draw_colours`, rounded and clipped."""
    changed = np.tensordot(colours.astype(np.float32), picture.astype(np.float32), axes=1)
    return np.rint(changed).clip(0, 255).astype(np.uint8)
