"""Surfaces in space to the layers of a picture: what is nearest is seen."""

from dataclasses import dataclass, field

import numpy as np

from matebit.drawn.drawing.layers import Detail, Layers
from matebit.drawn.figures.tubes import Tube

_SPACING = 0.62  # of the samples on a surface, in subpixels: no hole is left between them


@dataclass(frozen=True)
class View:
    """A parallel camera: `scale` is half a head's height as a part of the picture's side."""

    cx: float
    cy: float
    scale: float

    def project(self, points: np.ndarray) -> np.ndarray:
        """Picture positions (..., 2), x and y in [0, 1], of points (..., 3)."""
        return points[..., :2] * self.scale + (self.cx, self.cy)


@dataclass
class Cloth:
    """What covers a patch, as the cutter of a garment fills it in; arrays (R, C).

    keep: where there is cloth; line: drawn lines in [0, 1]; trim: where the second colour is;
    ripple: tilt of the surface by folds, across and along
    """

    keep: np.ndarray
    line: np.ndarray
    trim: np.ndarray
    ripple: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Finish:
    """What a patch is: its labels, and whether its inside is seen."""

    label: int
    part: int
    material: int
    rank: int
    inside: bool = False


@dataclass
class Raster:
    """Layers of n x n points and the depth of what they show."""

    layers: Layers
    view: View
    depth: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.depth = np.full(self.layers.label.shape, -np.inf, np.float32)

    @property
    def unit(self) -> float:
        """Half a head's height in subpixels."""
        return self.view.scale * self.layers.label.shape[0]

    def grid(
        self, tube: Tube, span: tuple[float, float], turn: tuple[float, float]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Stations and angles that are near enough to each other to cover tube[span, turn]."""
        widest = float(max(tube.across.max(), tube.before.max(), tube.behind.max())) * tube.power**0.3
        rows = int(1.25 * tube.length * (span[1] - span[0]) * self.unit / _SPACING) + 4
        columns = int(widest * (turn[1] - turn[0]) * self.unit / _SPACING) + 4
        return np.linspace(*span, rows), np.linspace(*turn, columns)

    def put(
        self,
        points: np.ndarray,
        u: np.ndarray,
        v: np.ndarray,
        finish: Finish,
        cloth: Cloth | None = None,
    ) -> None:
        """Splat a surface of points (R, C, 3) with coordinates u, v (R, C)."""
        n = self.layers.label.shape[0]
        normal = _normals(points)
        if cloth is not None:
            normal = _rippled(points, normal, cloth.ripple)
        away = normal[..., 2] <= 0
        shown = np.ones(away.shape, bool) if finish.inside else ~away
        if cloth is not None:
            shown &= cloth.keep
        place = np.floor(self.view.project(points[shown]) * n).astype(np.int64)
        z = points[shown][:, 2].astype(np.float32)
        inside = ((place >= 0) & (place < n)).all(1)
        chosen = np.flatnonzero(shown.ravel())[inside]
        index = place[inside, 1] * n + place[inside, 0]
        z = z[inside]
        order = np.lexsort((z, index))
        index, z, chosen = index[order], z[order], chosen[order]
        nearest = np.ones(len(index), bool)
        nearest[:-1] = index[1:] != index[:-1]
        nearest &= z > self.depth.ravel()[index]
        index, z, chosen = index[nearest], z[nearest], chosen[nearest]
        self._write(index, z, chosen, u, v, normal, away, finish, cloth)

    def _write(
        self, index: np.ndarray, z: np.ndarray, chosen: np.ndarray, u: np.ndarray, v: np.ndarray,
        normal: np.ndarray, away: np.ndarray, finish: Finish, cloth: Cloth | None,
    ) -> None:  # fmt: skip
        to = self.layers
        self.depth.ravel()[index] = z
        back = away.ravel()[chosen]
        facing = np.where(back, -0.55, 0.97)[:, None] * normal.reshape(-1, 3)[chosen]
        facing[back, 1] += 0.6  # the inside of a garment lies in its own shade
        for name, value in (
            ("label", finish.label), ("part", finish.part), ("material", finish.material),
            ("rank", finish.rank), ("nx", facing[:, 0]), ("ny", facing[:, 1]),
            ("u", u.ravel()[chosen]), ("v", v.ravel()[chosen]), ("strand", u.ravel()[chosen]),
            ("lines", 0.0 if cloth is None else cloth.line.ravel()[chosen]),
            ("cheek", 0.0),
        ):  # fmt: skip
            getattr(to, name).ravel()[index] = value
        trim = False if cloth is None else cloth.trim.ravel()[chosen]
        to.detail.ravel()[index] = np.where(trim, Detail.TRIM, Detail.NONE)
        if not finish.part:  # a prop is no surface of the body
            to.u.ravel()[index] = to.v.ravel()[index] = np.nan


def _normals(points: np.ndarray) -> np.ndarray:
    ax, ay, az = (np.gradient(points[..., i], axis=1) for i in range(3))
    bx, by, bz = (np.gradient(points[..., i], axis=0) for i in range(3))
    x, y, z = ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx
    length = np.maximum(np.sqrt(x * x + y * y + z * z), 1e-12)
    return np.stack([x / length, y / length, z / length], -1)


def _rippled(points: np.ndarray, normal: np.ndarray, ripple: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    around, along = (np.gradient(points, axis=axis) for axis in (1, 0))
    for direction, amount in ((around, ripple[0]), (along, ripple[1])):
        length = np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-12)
        normal = normal + amount[..., None] * direction / length
    return normal / np.linalg.norm(normal, axis=-1, keepdims=True)
