"""Clothes as shells around the body: tops, trousers, skirts, coats, shoes."""

import numpy as np

from matebit.contracts.bodies import LABELS
from matebit.drawn.drawing.layers import Material, Rank
from matebit.drawn.drawing.texture import ridge, smoothstep
from matebit.drawn.figures.anatomy import Body
from matebit.drawn.figures.cut import Cut
from matebit.drawn.figures.raster import Cloth, Finish, Raster
from matebit.drawn.figures.surfaces import Part, Patch, lay, on_arm, on_leg, on_trunk
from matebit.drawn.figures.tubes import Tube, frames, profile

ARMS, LEGS = (Part.R_ARM, Part.L_ARM), (Part.R_LEG, Part.L_LEG)
FEET = (Part.R_FOOT, Part.L_FOOT)
_SHOULDERS = 3.35  # height of the shoulders' line, see `Body.trunk_station`
_WAIST = 1.05


def label(name: str) -> int:
    """The number of a label of `bodies.LABELS`."""
    return LABELS.index(name)


def _folds(cloth: Cloth, p: Patch, amount: float, seed: float) -> None:
    """Soft diagonal folds: a tilt of the surface that light shows."""
    wave = np.sin(2.6 * p.theta + 1.9 * p.along + seed) * np.sin(1.3 * p.along - 1.2 * p.theta + 2 * seed)
    fine = np.sin(5.1 * p.along - 2.3 * p.theta + 3 * seed)
    cloth.ripple = (cloth.ripple[0] + amount * wave, cloth.ripple[1] + 0.6 * amount * fine)


def _band(cloth: Cloth, distance: np.ndarray, width: float, trim: bool) -> None:
    """A hem: a line `width` from the edge, the second colour between if `trim`."""
    cloth.line = np.maximum(cloth.line, 0.8 * ridge(distance - width, 0.045))
    if trim:
        cloth.trim = cloth.trim | ((distance < width) & (distance >= 0))


def _opening(cut: Cut, p: Patch, body: Body, extra: float = 0.0) -> np.ndarray:
    """Distance-like field of the neckline: negative where the garment is open."""
    x = np.sin(p.theta) * (0.36 + 0.75 * smoothstep(4.0, 3.3, p.along))
    down = _SHOULDERS + 0.5 - p.along
    front = np.cos(p.theta) > 0
    if cut.neckline == "turtle":
        return np.full(np.broadcast_shapes(x.shape, down.shape), 1.0)
    if cut.neckline in {"v", "shirt"}:
        depth = np.where(front, 1.35 if cut.neckline == "v" else 0.8, 0.3)
        wide = 0.5
        return np.maximum(np.abs(x) - wide * (1 - down / depth), down - depth) + 0 * p.theta - extra
    rx, deep = (0.66, 1.05) if cut.neckline == "scoop" else (0.52, 0.52)
    return (np.hypot(x / rx, down / np.where(front, deep, 0.32)) - 1) * 0.5 - extra


def draw_top(raster: Raster, body: Body, cut: Cut) -> None:
    """The garment on trunk and arms; with a skirt sewn on it is a dress."""
    name = "upper_clothes" if cut.top else "dress"
    ease, sporty = 0.05, cut.outfit in {"tee", "sport", "sweater"}
    hem = cut.hem if cut.top else 0.8

    def trunk(p: Patch, cloth: Cloth) -> None:
        open_by = _opening(cut, p, body)
        cloth.keep &= (open_by > 0) & (p.along > hem)
        if cut.sleeve == 0:  # armholes
            shoulder = np.abs(np.sin(p.theta)) ** 1.5
            cloth.keep &= p.along < 3.42 - 0.75 * smoothstep(0.55, 0.95, shoulder)
            hole = 3.42 - 0.75 * smoothstep(0.55, 0.95, shoulder) - p.along
            cloth.line = np.maximum(cloth.line, 0.5 * ridge(hole - 0.1, 0.04) * (shoulder > 0.6))
        _folds(cloth, p, 0.22, 1.0)
        if cut.neckline == "turtle":
            _band(cloth, 4.0 - p.along + 0 * p.theta, 0.5, trim=False)
        else:
            _band(cloth, open_by, 0.09, trim=sporty)
        if cut.top and cut.hem < 0.8:
            _band(cloth, p.along - hem + 0 * p.theta, 0.16, trim=cut.outfit == "sweater")
        if cut.neckline == "shirt":
            _buttons(cloth, p)

    shell = body.trunk.grown(ease + (0.06 if cut.outfit == "sweater" else 0.0))
    if cut.hem < 0.8 and cut.top:  # hangs loose over the hips
        t = np.linspace(0, 1, len(shell.across))
        loose = 0.14 * smoothstep(1.7, 0.3, body.trunk_height(t))
        shell = shell.grown(loose)
    finish = Finish(label(name), Part.TORSO, Material.CLOTH, Rank.BODY, inside=True)
    on_trunk(raster, body, shell, finish, trunk, (max(hem - 0.05, -0.62), 3.97))
    if cut.sleeve:
        stands_off = 0.09 if cut.sleeve < 0.6 and cut.outer == "none" else 0.05
        cuff = sporty and cut.sleeve > 0.6
        _sleeves(raster, body, name, Material.CLOTH, cut.sleeve, ease + stands_off, cuff)


def _buttons(cloth: Cloth, p: Patch) -> None:
    """A collar, a placket down the front and its buttons."""
    front = np.cos(p.theta) > 0
    x = p.theta * 0.9
    cloth.line = np.maximum(cloth.line, 0.75 * ridge(x - 0.1, 0.035) * front * (p.along < 3.1))
    dots = np.hypot(x, (p.along % 0.52) - 0.26)
    cloth.trim = cloth.trim | (front & (dots < 0.07) & (p.along < 3.0))
    collar = 3.42 - 0.45 * np.abs(np.sin(p.theta)) * front - p.along
    cloth.trim = cloth.trim | (collar < 0)
    cloth.line = np.maximum(cloth.line, ridge(collar, 0.04))


def _sleeves(
    raster: Raster, body: Body, name: str, material: Material, share: float, ease: float, cuff: bool
) -> None:
    for k in (0, 1):
        tube = body.arms[k]
        t = np.linspace(0, 1, len(tube.across))
        end = ease * (1.0 + 0.5 * smoothstep(0.2, 1.0, t / share)) * (1 - 0.4 * cuff * smoothstep(0.85, 1, t))

        def sleeve(p: Patch, cloth: Cloth, elbow: float = body.elbows[k]) -> None:
            _folds(cloth, p, 0.3, 2.0)
            bend = np.exp(-(((p.t - elbow) / 0.1) ** 2))
            crease = ridge(np.sin(26 * p.t + 1.2 * np.cos(p.theta)), 0.28) * bend
            cloth.line = np.maximum(cloth.line, 0.4 * crease * (np.cos(p.theta) > 0.1))
            _band(cloth, (share - p.t) * 4.0 + 0 * p.theta, 0.16, trim=cuff)

        finish = Finish(label(name), ARMS[k], material, Rank.BODY, inside=share < 0.9)
        on_arm(raster, body, k, tube.grown(end), finish, sleeve, (0.0, share))


def draw_trousers(raster: Raster, body: Body, cut: Cut) -> None:
    """Trousers or shorts: two legs and the seat."""
    if not cut.leg:
        return
    name, short = label("trousers"), cut.leg < 0.6

    def seat(p: Patch, cloth: Cloth) -> None:
        top = _WAIST + 0.06
        cloth.keep &= p.along < top
        _band(cloth, top - p.along + 0 * p.theta, 0.17, trim=False)
        front = np.cos(p.theta) > 0
        cloth.line = np.maximum(cloth.line, 0.7 * ridge(p.theta, 0.05) * front * (p.along < top - 0.17))
        pocket = np.abs(np.abs(p.theta) - 1.05) * 0.9 - 0.35 * (0.85 - p.along)
        cloth.line = np.maximum(cloth.line, 0.55 * ridge(pocket, 0.04) * (p.along > 0.1) * (p.along < 0.85))

    finish = Finish(name, Part.TORSO, Material.LOWER, Rank.BODY)
    on_trunk(raster, body, body.trunk.grown(0.055), finish, seat, (-0.62, _WAIST + 0.1))
    for k in (0, 1):
        tube = body.legs[k]
        t = np.linspace(0, 1, len(tube.across))
        knee = body.knees[k]
        # wide legs fall straight from the thigh
        fall = np.maximum(0, np.interp(0.4 * knee, t, tube.across) - tube.across)
        fall = fall * smoothstep(0.3 * knee, knee, t)
        ease = 0.06 + (0.1 * t if short else cut.wide * smoothstep(0.2, 0.9, t) + 1.9 * cut.wide * fall)

        def leg(p: Patch, cloth: Cloth, knee: float = knee) -> None:
            _folds(cloth, p, 0.2, 0.5)
            bend = np.exp(-(((p.t - knee) / 0.06) ** 2))
            crease = ridge(np.sin(34 * p.t + 0.9 * np.sin(p.theta)), 0.25) * bend
            cloth.line = np.maximum(cloth.line, 0.45 * crease)
            ironed = 0.35 * ridge(p.theta, 0.06) * (p.t > 0.25) * (cut.wide > 0.12)
            cloth.line = np.maximum(cloth.line, ironed)
            _band(cloth, (cut.leg - p.t) * 6.5 + 0 * p.theta, 0.2, trim=short and cut.outfit == "sport")

        finish = Finish(name, LEGS[k], Material.LOWER, Rank.BODY, inside=True)
        on_leg(raster, body, k, tube.grown(ease), finish, leg, (0.0, cut.leg))


def skirt_tube(body: Body, cut: Cut, length: float, flare: float, ease: float) -> Tube:
    """From the waist around both legs, `length` long; where the legs go, it goes."""
    down = np.linspace(0, length, 56)
    upper = np.clip(_WAIST - down, -0.35, None)
    on_legs = smoothstep(_WAIST - 0.1, _WAIST + 0.9, down)[:, None]
    trunk = body.trunk
    stations = np.asarray(body.trunk_station(upper))
    s = np.linspace(0, 1, len(trunk.across))

    def of_trunk(values: np.ndarray) -> np.ndarray:
        if values.ndim == 1:
            return np.interp(stations, s, values)
        return np.stack([np.interp(stations, s, values[:, i]) for i in range(3)], -1)

    pair = []
    for k in (0, 1):
        leg = body.legs[k]
        place = np.clip((down - _WAIST + 0.2) / leg.length, 0, 1)
        line = np.linspace(0, 1, len(leg.across))
        points = np.stack([np.interp(place, line, leg.centre[:, i]) for i in range(3)], -1)
        radius = np.interp(place, line, np.maximum(leg.across, leg.behind))
        pair.append((points, radius))
    (right, r_right), (left, r_left) = pair
    middle = 0.5 * (right + left)
    points = (1 - on_legs) * of_trunk(trunk.centre) + on_legs * middle
    side, front = frames(points, body.skeleton.pelvis[:, 0])
    half = 0.5 * (left - right)
    radius = np.maximum(r_right, r_left)
    across = np.abs((half * side).sum(1)) + 1.06 * radius
    deep = np.abs((half * front).sum(1)) * 1.15 + 1.06 * radius
    share = on_legs[:, 0]
    fall = flare * (down / length) ** 1.1
    # cloth hangs from the hips: a skirt is never narrower below than its narrowest ease allows
    full = profile([0, 0.35, 1.0, 1.7, 20], [0.0, 0.05, 0.1, 0.1, 0.1], down) + ease
    across = (1 - share) * of_trunk(trunk.across) + share * across
    before = (1 - share) * of_trunk(trunk.before) + share * deep
    behind = (1 - share) * of_trunk(trunk.behind) + share * deep
    hips = np.maximum.accumulate(across)
    across = across + (0.75 * (hips - across))
    return Tube(points, side, front, across + fall + full, before + fall + full, behind + fall + full,
                float(length), 2.3)  # fmt: skip


def draw_skirt(raster: Raster, body: Body, cut: Cut) -> None:
    """A skirt, or the lower half of a dress."""
    if not cut.skirt:
        return
    seated = abs(body.skeleton.legs[:, 1, 1] - body.skeleton.legs[:, 0, 1]).max() < 0.55 * body.build.thigh
    length = min(cut.skirt, 3.6) if seated else cut.skirt
    flare = 0.35 * cut.flare if seated else cut.flare
    tube = skirt_tube(body, cut, length, flare, 0.08)
    deep = 0.05 + 0.1 * flare

    def pleats(t: np.ndarray, theta: np.ndarray) -> np.ndarray:
        count = cut.pleats or 7
        size = deep if cut.pleats else 0.6 * deep
        return size * smoothstep(0.15, 1.0, t) * np.sin(count * theta + 0.8 * np.sin(2 * theta))

    def cloth_of(p: Patch, cloth: Cloth) -> None:
        _folds(cloth, p, 0.16, 0.3)
        if cut.pleats:
            fold = ridge(np.sin(0.5 * cut.pleats * p.theta + 0.4 * np.sin(2 * p.theta) + 0.8), 0.1)
            cloth.line = np.maximum(cloth.line, 0.5 * fold * smoothstep(0.08, 0.4, p.t))
        _band(cloth, (1 - p.t) * length + 0 * p.theta, 0.17, trim=cut.outfit in {"dress", "gown"})
        if cut.top:
            _band(cloth, p.t * length + 0 * p.theta, 0.17, trim=False)

    name = "skirt" if cut.top else "dress"
    material = Material.LOWER if cut.top else Material.CLOTH
    finish = Finish(label(name), Part.SKIRT, material, Rank.BODY, inside=True)
    lay(raster, tube, finish, lambda t: _WAIST - t * length, 1.1, cloth_of, bulge=pleats)


def draw_belt(raster: Raster, body: Body, cut: Cut) -> None:
    """A belt at the waist, under a coat."""
    if not cut.belt or (cut.top and cut.hem < 0.8):
        return

    def buckle(p: Patch, cloth: Cloth) -> None:
        cloth.keep &= (p.along > _WAIST - 0.1) & (p.along < _WAIST + 0.12)
        x, y = p.theta * 0.85, p.along - _WAIST
        cloth.trim = (np.abs(x) < 0.15) & (np.abs(y) < 0.12) & (np.maximum(np.abs(x), np.abs(y)) > 0.055)

    finish = Finish(label("belt"), Part.TORSO, Material.BELT, Rank.BODY)
    on_trunk(raster, body, body.trunk.grown(0.16), finish, buckle, (_WAIST - 0.2, _WAIST + 0.2))


def draw_outer(raster: Raster, body: Body, cut: Cut) -> None:
    """A jacket or coat, open at the front, with lapels; its flaps fall below the hips."""
    if cut.outer == "none":
        return

    def front_edge(p: Patch, cloth: Cloth, gap: np.ndarray) -> None:
        edge = (np.abs(p.theta) - gap) * 0.9
        cloth.keep &= edge > 0
        lapel = 0.42 * smoothstep(1.5, 3.2, p.along) + 0.0 * p.theta
        cloth.line = np.maximum(cloth.line, 0.8 * ridge(edge - lapel, 0.04) * (p.along > 1.5))
        if cut.outer == "coat":
            cloth.trim = cloth.trim | ((edge < lapel) & (p.along > 1.6))

    def trunk(p: Patch, cloth: Cloth) -> None:
        cloth.keep &= p.along > max(cut.outer_hem, -0.45)
        gap = cut.open_by * (1 + 0.5 * smoothstep(2.0, 3.4, p.along))
        front_edge(p, cloth, gap)
        collar = 3.78 - p.along
        cloth.keep &= collar > 0
        _folds(cloth, p, 0.22, 1.7)
        if cut.outer_hem > -0.4:
            _band(cloth, p.along - cut.outer_hem + 0 * p.theta, 0.2, trim=False)
        pocket = np.maximum(np.abs(np.abs(p.theta) - 1.1) - 0.3, np.abs(p.along - 0.55) - 0.02)
        cloth.line = np.maximum(cloth.line, 0.7 * (pocket < 0.03))

    t = np.linspace(0, 1, len(body.trunk.across))
    loose = 0.2 + 0.1 * smoothstep(1.6, 0.2, body.trunk_height(t))
    finish = Finish(label("coat"), Part.TORSO, Material.OUTER, Rank.BODY, inside=True)
    on_trunk(raster, body, body.trunk.grown(loose), finish, trunk, (-0.5, 3.9))
    if cut.outer_hem < -0.45:
        length = _WAIST - cut.outer_hem
        tube = skirt_tube(body, cut, length, 0.3, 0.26)

        def flaps(p: Patch, cloth: Cloth) -> None:
            cloth.keep &= p.along < -0.3
            front_edge(p, cloth, cut.open_by * (1 + 0.5 * p.t))
            _folds(cloth, p, 0.2, 2.6)
            _band(cloth, (1 - p.t) * length + 0 * p.theta, 0.2, trim=False)

        finish = Finish(label("coat"), Part.FLAPS, Material.OUTER, Rank.BODY, inside=True)
        lay(raster, tube, finish, lambda t: _WAIST - t * length, 1.2, flaps)
    _sleeves(raster, body, "coat", Material.OUTER, cut.outer_sleeve, 0.19, False)


def draw_shoes(raster: Raster, body: Body, cut: Cut) -> None:
    """Shoes, sneakers with a white sole, boots with a shaft, heels."""
    for k, name in ((0, "r_shoe"), (1, "l_shoe")):
        finish = Finish(label(name), FEET[k], Material.SHOE, Rank.BODY)

        def upper(p: Patch, cloth: Cloth) -> None:
            sole = -np.cos(p.theta) + 0 * p.t
            if cut.shoe == "heel":
                cloth.keep &= ~((p.t > 0.3) & (p.t < 0.62) & (np.cos(p.theta) > 0.1))
            thick = 0.25 if cut.shoe == "sneaker" else 0.62
            cloth.trim = (sole > thick) & (cut.shoe in {"sneaker", "flat"})
            cloth.line = 0.7 * ridge(sole - thick, 0.1)
            if cut.shoe == "sneaker":
                laces = ridge(np.sin(40 * p.t), 0.3) * (np.abs(p.theta) < 0.6) * (p.t > 0.4) * (p.t < 0.68)
                cloth.line = np.maximum(cloth.line, 0.8 * laces)

        lay(raster, body.feet[k].grown(0.035), finish, lambda t: 1.4 * t, 0.28, upper)
        shaft = {"boot": cut.boot, "sneaker": 0.1}.get(cut.shoe, 0.0)
        if shaft:
            knee = body.knees[k]
            start = 1 - shaft * (1 - knee)

            def rim(p: Patch, cloth: Cloth, start: float = start) -> None:
                _band(cloth, (p.t - start) * 6.5 + 0 * p.theta, 0.12, trim=False)

            loose = Finish(label(name), LEGS[k], Material.SHOE, Rank.BODY, inside=True)
            on_leg(raster, body, k, body.legs[k].grown(0.085), loose, rim, (start, 1.0))


def dress(raster: Raster, body: Body, cut: Cut) -> None:
    """All clothes; what is nearer hides the rest, so the order is of no account."""
    for draw in (draw_shoes, draw_trousers, draw_top, draw_skirt, draw_belt, draw_outer):
        draw(raster, body, cut)
