"""The surfaces of a clothed body, and patches of them on a raster: coordinates, and the cloth on them.

Parts 1 to 26 are those of the portraits (`portraits.labels`): heads are drawn by the same code. As
there, `L_` and `R_` are the body's own left and right, and the left arm of a body that faces us is
seen in the right half of the picture.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from matebit.drawn.figures.anatomy import Body
from matebit.drawn.figures.raster import Cloth, Finish, Raster
from matebit.drawn.figures.tubes import Tube


class Part(IntEnum):
    """Surfaces below the head; (u, v) are in half head heights of a body of middle size."""

    NECK = 32
    TORSO = 33
    L_ARM = 34
    R_ARM = 35
    L_HAND = 36
    R_HAND = 37
    L_LEG = 38
    R_LEG = 39
    L_FOOT = 40
    R_FOOT = 41
    SKIRT = 42
    FLAPS = 43  # of a coat, below the hips
    STRAP = 44
    BAG = 45


NEAR = 0.3
"""Largest distance in (u, v) of a part at which two pixels still show the same point.

A pixel of a 64 px figure is 0.2 to 0.3 half head heights."""


Cutter = Callable[["Patch", Cloth], None]
TURN = (-np.pi, np.pi)
# lengths of a body of middle size, so that one point of the surface has one (u, v) for everyone
_ARM, _LEG = 4.3, 6.5


@dataclass(frozen=True)
class Patch:
    """Samples of a tube: stations t (R, 1) and angles theta (1, C), and along (R, 1).

    `along` is the coordinate that all bodies share: height on the trunk, distance from the root on
    a limb; `points` (R, C, 3) lie in camera space.
    """

    t: np.ndarray
    theta: np.ndarray
    along: np.ndarray
    points: np.ndarray

    def blank(self) -> Cloth:
        """Cloth everywhere, smooth and plain."""
        shape = self.points.shape[:2]
        zero = np.zeros(shape)
        return Cloth(np.ones(shape, bool), zero.copy(), np.zeros(shape, bool), (zero, zero))


def lay(
    raster: Raster,
    tube: Tube,
    finish: Finish,
    along: Callable[[np.ndarray], np.ndarray],
    width: float,
    cutter: Cutter | None = None,
    span: tuple[float, float] = (0.0, 1.0),
    turn: tuple[float, float] = TURN,
    bulge: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None,
) -> None:
    """Put tube[span] on the raster; `width` is its half-width on a body of middle size."""
    t, theta = raster.grid(tube, span, turn)
    pushed = None if bulge is None else bulge(t[:, None], theta[None, :])
    points = tube.points(t, theta, pushed)
    patch = Patch(t[:, None], theta[None, :], along(t)[:, None], points)
    cloth = None
    if cutter is not None:
        cloth = patch.blank()
        cutter(patch, cloth)
    shape = points.shape[:2]
    u = np.broadcast_to(width * theta[None, :], shape).astype(np.float32)
    v = np.broadcast_to(patch.along, shape).astype(np.float32)
    raster.put(points, u, v, finish, cloth)


def on_trunk(
    raster: Raster, body: Body, tube: Tube, finish: Finish, cutter: Cutter | None = None,
    heights: tuple[float, float] = (-0.62, 3.97),
) -> None:  # fmt: skip
    """A patch around the trunk between two heights above the hips' line."""
    high, low = (float(np.clip(body.trunk_station(h), 0, 1)) for h in (heights[1], heights[0]))
    lay(raster, tube, finish, body.trunk_height, 0.95, cutter, (high, low))


def on_arm(
    raster: Raster, body: Body, k: int, tube: Tube, finish: Finish, cutter: Cutter | None = None,
    span: tuple[float, float] = (0.0, 1.0),
) -> None:  # fmt: skip
    """A patch around an arm."""
    elbow = body.elbows[k]
    lay(raster, tube, finish, lambda t: _ARM * np.interp(t, [0, elbow, 1], [0, 0.57, 1]), 0.34, cutter, span)


def on_leg(
    raster: Raster, body: Body, k: int, tube: Tube, finish: Finish, cutter: Cutter | None = None,
    span: tuple[float, float] = (0.0, 1.0),
) -> None:  # fmt: skip
    """A patch around a leg."""
    knee = body.knees[k]
    lay(raster, tube, finish, lambda t: _LEG * np.interp(t, [0, knee, 1], [0, 0.53, 1]), 0.45, cutter, span)
