"""What goes with a figure: a bag, a stool, the shade on the ground."""

import numpy as np

from matebit.contracts.bodies import LABELS
from matebit.drawn.drawing.layers import Material, Rank
from matebit.drawn.drawing.texture import ridge
from matebit.drawn.figures.anatomy import Body
from matebit.drawn.figures.cut import Cut
from matebit.drawn.figures.raster import Cloth, Finish, Raster, View
from matebit.drawn.figures.surfaces import Part, Patch, lay
from matebit.drawn.figures.tubes import Tube, bent_curve, frames, profile

_HIGH = 3.62  # height on the trunk of the strap on the shoulder


def draw_bag(raster: Raster, flesh: Body, cut: Cut) -> None:
    """A bag on a strap from the other shoulder."""
    if cut.bag == "none":
        return
    sign = -1.0 if cut.bag_side == 0 else 1.0
    away = 0.34 if cut.outer == "none" else 0.5
    heights = np.linspace(_HIGH, -0.35, 14)
    angles = sign * np.interp(heights, [-0.35, 1.2, 2.8, _HIGH], [1.05, 0.45, -0.42, -0.75])
    shell = flesh.trunk.grown(away * np.ones(len(flesh.trunk.across)) * 0.62)
    stations = np.clip(np.asarray(flesh.trunk_station(heights)), 0, 1)
    way = np.stack([shell.points(np.array([t]), np.array([a]))[0, 0]
                    for t, a in zip(stations, angles, strict=True)])  # fmt: skip
    points, _, length = bent_curve(way, 0.2)
    side, front = frames(points, flesh.skeleton.chest[:, 0])
    wide = np.full(len(points), 0.075)
    strap = Tube(points, side, front, wide, wide, wide, length)
    lay(raster, strap, Finish(LABELS.index("bag"), Part.STRAP, Material.BAG, Rank.FRONT),
        lambda t: 4.5 * t, 0.1)  # fmt: skip
    pelvis = flesh.skeleton.pelvis
    out = np.sin(1.05) * sign * pelvis[:, 0] + np.cos(1.05) * pelvis[:, 2]
    flat = np.cross(pelvis[:, 1], out)
    top = way[-1] + 0.22 * out - 0.1 * pelvis[:, 1]
    t = np.linspace(0, 1, 30)
    centre = top + (1.15 * t)[:, None] * np.array([0.0, 1.0, 0.0])
    full = profile([0, 0.05, 0.15, 0.9, 0.97, 1], [0.3, 0.5, 0.56, 0.62, 0.55, 0.05], t)
    thin = profile([0, 0.1, 0.6, 0.95, 1], [0.08, 0.16, 0.24, 0.2, 0.03], t)

    def flap(p: Patch, cloth: Cloth) -> None:
        edge = 0.5 + 0.12 * np.cos(p.theta) - p.t
        cloth.line = 0.9 * ridge(edge, 0.04)
        clasp = np.hypot(np.sin(p.theta) * 0.6, (p.t - 0.6) * 1.1)
        cloth.trim = clasp < 0.1

    body = Tube(centre, np.broadcast_to(-flat, centre.shape), np.broadcast_to(out, centre.shape), full,
                thin, thin, 1.15, 3.5)  # fmt: skip
    lay(raster, body, Finish(LABELS.index("bag"), Part.BAG, Material.BAG, Rank.FRONT),
        lambda t: 1.15 * t, 0.55, flap)  # fmt: skip


def draw_stool(raster: Raster, flesh: Body) -> None:
    """A round stool under a seated figure: seen, but neither labelled nor matched."""
    seat = flesh.skeleton.pelvis @ np.array([0.0, 0.72, 0.15])
    floor = max(float(ankle[1]) for ankle in flesh.skeleton.legs[:, 2]) + 0.25
    camera_down = np.array([0.0, 1.0, 0.0])
    t = np.linspace(0, 1, 40)
    height = max(floor - float(seat[1]), 0.4)
    centre = seat + (height * t)[:, None] * camera_down
    wide = profile([0, 0.001, 0.03, 0.12, 0.15, 0.9, 1], [0.01, 0.9, 0.98, 0.98, 0.62, 0.78, 0.8], t)
    side = np.broadcast_to(np.array([1.0, 0.0, 0.0]), centre.shape)
    front = np.broadcast_to(np.array([0.0, 0.0, 1.0]), centre.shape)
    lay(raster, Tube(centre, side, front, wide, wide, wide, height),
        Finish(0, 0, Material.STOOL, Rank.BEHIND), lambda t: t, 1.0)  # fmt: skip


def ground_shade(flesh: Body, view: View, n: int, seated: bool) -> np.ndarray:
    """Shade (n, n) float32 in [0, 1] on the ground around the feet."""
    line = (np.arange(n, dtype=np.float32) + 0.5) / n
    out = np.zeros((n, n), np.float32)
    spots = [(flesh.feet[k].centre[20] + np.array([0, 0.15, 0]), 0.95) for k in (0, 1)]
    if seated:
        floor = max(float(ankle[1]) for ankle in flesh.skeleton.legs[:, 2])
        spots.append((np.array([flesh.skeleton.pelvis[0, 2] * 0.15, floor + 0.1, 0]), 1.6))
    lowest = max(float(spot[1]) for spot, _ in spots)
    for spot, wide in spots:
        x, y = view.project(np.array([spot[0], max(spot[1], lowest - 0.5), 0.0]))
        dx = (line - x) / (wide * view.scale)
        dy = (line - y) / (0.26 * wide * view.scale)
        lifted = max(0.0, 1 - 0.6 * max(0.0, lowest - float(spot[1]) - 0.4))
        np.maximum(out, lifted * np.exp(-(dx**2)[None, :] - (dy**2)[:, None]), out=out)
    return out
