"""The bare body as tubes: trunk, neck, arms, hands, legs and feet."""

from dataclasses import dataclass

import numpy as np

from matebit.drawn.figures.pose import Build
from matebit.drawn.figures.skeleton import Skeleton
from matebit.drawn.figures.tubes import Tube, limb, profile, smooth_curve

TRUNK_TOP, TRUNK_LOW = 0.62, -0.62  # of the trunk, above the shoulders' and the hips' line
_STATIONS = 64


@dataclass(frozen=True)
class Body:
    """Tubes of one body; pairs are (right, left).

    knees: where the knees lie along the legs, as a part of their length; elbows likewise
    """

    build: Build
    skeleton: Skeleton
    trunk: Tube
    neck: Tube
    arms: tuple[Tube, Tube]
    hands: tuple[Tube, Tube]
    thumbs: tuple[Tube, Tube]
    legs: tuple[Tube, Tube]
    feet: tuple[Tube, Tube]
    elbows: tuple[float, float]
    knees: tuple[float, float]

    def trunk_station(self, height: np.ndarray | float) -> np.ndarray | float:
        """Station of the trunk at a height above the hips' line, in a body of middle size.

        Heights are bent so that hips (0), waist (1.15) and shoulders (3.35) are the same for all.
        """
        own = np.interp(height, [-1, 0, 1.15, 3.35, 4.35],
                        [-1, 0, 1.15, self.build.torso, self.build.torso + 1])  # fmt: skip
        return (self.build.torso + TRUNK_TOP - own) / (self.build.torso + TRUNK_TOP - TRUNK_LOW)

    def trunk_height(self, station: np.ndarray) -> np.ndarray:
        """The inverse of `trunk_station`."""
        own = self.build.torso + TRUNK_TOP - station * (self.build.torso + TRUNK_TOP - TRUNK_LOW)
        return np.interp(own, [-1, 0, 1.15, self.build.torso, self.build.torso + 1],
                         [-1, 0, 1.15, 3.35, 4.35])  # fmt: skip


def body(build: Build, bones: Skeleton) -> Body:
    """Flesh on the bones."""
    arms = [_arm(build, bones, k) for k in (0, 1)]
    legs = [_leg(build, bones, k) for k in (0, 1)]
    hands = [_hand(build, bones, k) for k in (0, 1)]
    return Body(
        build=build,
        skeleton=bones,
        trunk=_trunk(build, bones),
        neck=_neck(build, bones),
        arms=(arms[0][0], arms[1][0]),
        hands=(hands[0][0], hands[1][0]),
        thumbs=(hands[0][1], hands[1][1]),
        legs=(legs[0][0], legs[1][0]),
        feet=(_foot(build, bones, 0), _foot(build, bones, 1)),
        elbows=(arms[0][1], arms[1][1]),
        knees=(legs[0][1], legs[1][1]),
    )


def _trunk(build: Build, bones: Skeleton) -> Tube:
    height = np.linspace(build.torso + TRUNK_TOP, TRUNK_LOW, _STATIONS)
    rise = build.torso - 1.15
    spine = {
        -0.9: bones.pelvis @ np.array([0, 0.9, 0]),
        0.0: np.zeros(3),
        0.8: bones.pelvis @ np.array([0, -0.8, 0.03]),
        1.15 + 0.4 * rise: bones.waist + bones.chest @ np.array([0, -0.4 * rise, 0.02]),
        build.torso: bones.waist + bones.chest @ np.array([0, -rise, -0.06]),
        build.torso + 0.8: bones.waist + bones.chest @ np.array([0, -rise - 0.8, 0.02]),
    }
    centre = smooth_curve(np.array(list(spine)), np.array(list(spine.values())), height)
    share = profile([-2, 0.5, 2.1, 6], [0, 0, 1, 1], height)[:, None]
    side = (1 - share) * bones.pelvis[:, 0] + share * bones.chest[:, 0]
    front = (1 - share) * bones.pelvis[:, 2] + share * bones.chest[:, 2]
    top, girth = build.torso, build.girth
    across = profile(
        [-0.62, -0.3, 0.0, 0.35, 1.15, 0.62 * top, top - 0.35, top - 0.05, top + 0.2, top + 0.42, top + 0.62],
        [0.5, 0.92 * build.hips, build.hips, 0.98 * build.hips, build.waist, build.chest,
         1.06 * build.chest, 0.98 * build.chest, 0.66 * build.chest, 0.42, 0.36],
        height,
    )  # fmt: skip
    before = profile(
        [-0.62, -0.3, 0.2, 1.15, 0.62 * top, top - 0.3, top + 0.05, top + 0.3, top + 0.62],
        [0.36, 0.56, 0.6, 0.52, 0.66, 0.58, 0.4, 0.34, 0.33],
        height,
    )
    behind = profile(
        [-0.62, -0.2, 0.1, 1.15, 0.62 * top, top - 0.2, top + 0.1, top + 0.3, top + 0.62],
        [0.4, 0.72, 0.7, 0.5, 0.6, 0.56, 0.44, 0.36, 0.33],
        height,
    )
    belly = 0.16 * max(0.0, girth - 1.0) / 0.16 * np.exp(-(((height - 0.9) / 0.7) ** 2))
    bust = 0.2 * build.bust * np.exp(-(((height - 0.66 * top) / 0.42) ** 2))
    thick = 0.3 + 0.7 * girth
    length = build.torso + TRUNK_TOP - TRUNK_LOW
    return Tube(centre, side, front, across, thick * before + belly + bust, thick * behind, length, 2.3)


def _neck(build: Build, bones: Skeleton) -> Tube:
    way = bones.head - bones.neck
    lower = bones.neck + 0.22 * bones.chest[:, 1]
    upper = bones.head - 0.12 * way / np.linalg.norm(way)
    points, _, length, side, front = limb(np.stack([upper, bones.neck, lower]), bones.chest[:, 0], 0.4)
    wide = np.linspace(0.34, 0.38, len(points)) * (0.6 + 0.4 * build.girth)
    wide = wide + 0.3 * np.linspace(0, 1, len(points)) ** 6
    return Tube(points, side, front, wide, 0.95 * wide, 0.95 * wide, length)


def _arm(build: Build, bones: Skeleton, k: int) -> tuple[Tube, float]:
    # the curve begins inside the trunk, so that the shoulder is round
    outwards = bones.chest[:, 0] * (-1 if k == 0 else 1)
    root = bones.arms[k, 0] - 0.42 * outwards - 0.06 * bones.chest[:, 1]
    joints = np.concatenate([root[None], bones.arms[k, :3]])
    first = joints[2] - joints[1]
    side = np.cross(first / np.linalg.norm(first), bones.chest[:, 2])
    points, places, length, sides, fronts = limb(joints, side, 0.42)
    t, elbow = np.linspace(0, 1, len(points)), places[2]
    r = profile(
        [0, 0.2 * elbow, 0.5 * elbow, 0.9 * elbow, elbow + 0.03, elbow + 0.15, elbow + 0.34, 1],
        [0.33, 0.4, 0.36, 0.285, 0.275, 0.3, 0.25, 0.175], t,
    ) * (0.35 + 0.65 * build.girth)  # fmt: skip
    return Tube(points, sides, fronts, 0.95 * r, r, r, length), float(elbow)


def _hand(build: Build, bones: Skeleton, k: int) -> tuple[Tube, Tube]:
    wrist, tip = bones.arms[k, 2], bones.arms[k, 3]
    way = tip - wrist
    inward = bones.chest[:, 0] * (1 if k == 0 else -1)  # the palm looks to the body
    curl = 0.1 * build.hand * (inward + 0.4 * bones.chest[:, 2])
    flat = np.cross(way / np.linalg.norm(way), inward)
    flat = flat / np.linalg.norm(flat)
    knuckle = wrist + 0.5 * way
    points, _, length, sides, fronts = limb(np.stack([wrist - 0.08 * way, knuckle, tip + curl]), flat, 0.3)
    t = np.linspace(0, 1, len(points))
    wide = build.hand * profile([0, 0.2, 0.45, 0.75, 0.93, 1], [0.165, 0.24, 0.265, 0.2, 0.13, 0.02], t)
    thin = build.hand * profile([0, 0.4, 0.8, 0.95, 1], [0.16, 0.125, 0.09, 0.065, 0.02], t)
    palm = Tube(points, sides, fronts, wide, thin, thin, length, 2.4)
    ahead = bones.chest[:, 2] - (bones.chest[:, 2] @ way) * way / (way @ way)
    ahead = ahead / max(float(np.linalg.norm(ahead)), 1e-3)
    root, end = wrist + 0.16 * way + 0.1 * ahead, wrist + 0.52 * way + 0.3 * ahead
    points, _, length, sides, fronts = limb(np.stack([root, 0.45 * (root + end) + 0.1 * end, end]), flat, 0.1)
    r = build.hand * profile([0, 0.3, 0.8, 1], [0.1, 0.095, 0.075, 0.015], np.linspace(0, 1, len(points)))
    return palm, Tube(points, sides, fronts, r, r, r, length)


def _leg(build: Build, bones: Skeleton, k: int) -> tuple[Tube, float]:
    hip, knee, ankle = bones.legs[k]
    way = (knee - hip) / np.linalg.norm(knee - hip)
    joints = np.stack([hip - 0.2 * way, knee, ankle])
    points, places, length, sides, fronts = limb(joints, bones.pelvis[:, 0], 0.7)
    t, place = np.linspace(0, 1, len(points)), places[1]
    shin = 1 - place
    stations = [0, 0.12 * place, 0.5 * place, 0.88 * place, place, place + 0.14 * shin,
                place + 0.32 * shin, place + 0.7 * shin, place + 0.93 * shin, 1]  # fmt: skip
    girth = 0.3 + 0.7 * build.girth
    fleshy = 0.5 + 0.5 * build.hips
    across = girth * profile(stations, [0.5, 0.56, 0.5, 0.36, 0.345, 0.355, 0.375, 0.25, 0.19, 0.2], t)
    before = girth * profile(stations, [0.5, 0.56, 0.53, 0.4, 0.375, 0.33, 0.3, 0.23, 0.2, 0.21], t)
    behind = girth * profile(stations, [0.5, 0.62, 0.54, 0.37, 0.35, 0.4, 0.44, 0.28, 0.21, 0.22], t)
    upper = 1 + (fleshy - 1) * np.clip(1 - t / place, 0, 1)
    return Tube(points, sides, fronts, across * upper, before * upper, behind * upper, length), float(place)


def _foot(build: Build, bones: Skeleton, k: int) -> Tube:
    ankle, along = bones.legs[k, 2], bones.feet[k]
    knee = bones.legs[k, 1]
    down = (ankle - knee) / np.linalg.norm(ankle - knee)
    along = along - 0.55 * (along @ down) * down  # the foot follows a lifted shin a little
    along = along / np.linalg.norm(along)
    down = down - (down @ along) * along
    down = down / np.linalg.norm(down)
    side = np.cross(down, along)
    s = np.linspace(0, 1, 40)
    sole = 0.36
    reach = build.foot
    way = (-0.3 + s * (0.3 + reach))[:, None] * along
    height = profile([0, 0.12, 0.3, 0.6, 0.88, 1], [0.16, 0.26, 0.3, 0.2, 0.12, 0.03], s)
    wide = profile([0, 0.1, 0.3, 0.68, 0.92, 1], [0.1, 0.2, 0.21, 0.27, 0.19, 0.03], s)
    wide = wide * (0.4 + 0.6 * build.girth)
    centre = ankle + way + (sole - height)[:, None] * down
    flat = np.broadcast_to(side, centre.shape).copy()
    # sections are cut across the foot: angle 0 is the instep
    return Tube(centre, flat, np.cross(flat, np.broadcast_to(along, centre.shape)), wide, height, height,
                0.3 + reach, 2.5)  # fmt: skip
