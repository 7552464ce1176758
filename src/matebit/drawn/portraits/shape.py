"""What a sitter looks like: head, features, hair, pose, dress. No colours."""

from dataclasses import dataclass

import numpy as np

HATS = ("beanie", "brim", "beret", "crown", "turban")
COLLARS = ("crew", "v", "scoop", "turtle", "shirt", "suit")
_SHAPE_STREAM = 1  # keeps shape and style draws apart when both are given the same seed tuple


@dataclass(frozen=True)
class Hair:
    """A hair style in units of half a head's height; y is 0 at mid-head, 1 at the chin."""

    kind: str
    top: float = 0.08  # how far the hair stands off the skull above
    side: float = 0.06  # and at the temples
    fringe: str = "back"  # back | widow | middle | swept | bangs
    fringe_y: float = -0.56  # where the hair begins above the forehead
    part: float = 0.0  # position of the parting across the forehead, -1 to 1
    end: float = 0.15  # y where the hair at the sides ends
    fall: str = "close"  # close (to the head) | hang | round
    flare: float = 0.0  # widening of hanging hair down to its end
    wave: float = 0.0  # sideways waviness of hanging hair
    bump: float = 0.0  # bumps of the outline, relative to its radius
    bumps: float = 12.0  # number of bumps around the head
    sharp: bool = False  # spikes in place of curls
    buns: int = 0
    tails: int = 0  # 1: a pony tail over a shoulder, 2: pigtails
    tuft: float = 0.3  # radius of a bun, or half-width of a tail


@dataclass(frozen=True)
class Shape:
    """One sitter. Lengths without a unit are in half head heights; angles are in radians."""

    cx: float  # head centre in the picture, 0 to 1
    cy: float
    scale: float  # half a head's height, as a part of the picture's side
    roll: float  # positive tilts the head clockwise
    yaw: float  # positive turns the face to the right of the picture
    pitch: float  # positive looks down
    head_w: float  # half-width of the head
    head_y: float  # height where the head is widest
    jaw_n: float  # large: square jaw
    jaw_m: float  # large: pointed chin
    eye_x: float  # as a part of the head's half-width, as every *_w and *_x of the face below
    eye_y: float
    eye_w: float
    eye_h: float
    eye_tilt: float
    eye_open: float  # 0.6 sleepy, 1 wide
    iris: float  # radius as a part of eye_h
    gaze: float
    brow_gap: float
    brow_w: float
    brow_h: float
    brow_arch: float
    brow_slant: float
    nose_y: float
    nose_w: float
    mouth_y: float
    mouth_w: float
    smile: float
    mouth_open: float
    upper_lip: float
    lower_lip: float
    ear: float
    neck_w: float
    neck_x: float  # sideways offset of the body below the head
    shoulder_y: float
    shoulder_w: float
    collar: str
    beard: str  # none | moustache | goatee | full
    glasses: str  # none | round | square | tinted
    earrings: str  # none | stud | drop | hoop
    necklace: bool
    hat: str  # none, or one of HATS
    hat_tilt: float
    hair: Hair


def sample_shape(seed: tuple[int, ...]) -> Shape:
    """Draw a sitter; the same tuple of non-negative integers gives the same sitter."""
    rng = np.random.default_rng((*seed, _SHAPE_STREAM))

    def u(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    def pick(options: dict[str, float]) -> str:
        p = np.array(list(options.values()))
        return str(rng.choice(list(options), p=p / p.sum()))

    scale = u(0.21, 0.33)
    roomy = 0.33 - scale  # a small head may stand farther from the middle
    eye_y = u(-0.01, 0.1)
    eye_h = u(0.095, 0.135)
    nose_y = eye_y + u(0.36, 0.46)
    hair = _sample_hair(rng)
    soft = hair.kind in {"bob", "long", "wavy", "bun", "buns", "pigtails", "ponytail"}
    hat_fits = hair.kind in {"bald", "short", "crop", "swept", "bangs", "bob", "long", "wavy"}
    hat = str(rng.choice(HATS)) if rng.random() < 0.22 and hat_fits else "none"
    earrings = {"none": 0.5, "stud": 0.15, "drop": 0.2, "hoop": 0.15}
    beards = {"none": 0.62, "moustache": 0.12, "goatee": 0.1, "full": 0.16}
    return Shape(
        cx=0.5 + u(-1, 1) * (0.17 + 0.75 * roomy),
        cy=0.475 + u(-1, 1) * (0.09 + 0.6 * roomy),
        scale=scale,
        roll=u(-0.35, 0.35),
        yaw=u(-0.62, 0.62),
        pitch=u(-0.13, 0.13),
        head_w=u(0.66, 0.80),
        head_y=u(-0.2, 0.12),
        jaw_n=u(2.1, 3.2),
        jaw_m=u(0.5, 0.68),
        eye_x=u(0.41, 0.47),
        eye_y=eye_y,
        eye_w=u(0.205, 0.255),
        eye_h=eye_h,
        eye_tilt=u(-0.08, 0.18),
        eye_open=u(0.72, 1.0),
        iris=u(0.74, 0.92),
        gaze=u(-0.3, 0.3),
        brow_gap=u(0.06, 0.12),
        brow_w=u(0.25, 0.31),
        brow_h=u(0.026, 0.055),
        brow_arch=u(0.02, 0.09),
        brow_slant=u(-0.03, 0.13),
        nose_y=nose_y,
        nose_w=u(0.155, 0.25),
        mouth_y=nose_y + u(0.19, 0.25),
        mouth_w=u(0.27, 0.42),
        smile=u(0.0, 0.1),
        mouth_open=u(0.025, 0.06) if rng.random() < 0.3 else 0.0,
        upper_lip=u(0.066, 0.09),
        lower_lip=u(0.068, 0.1),
        ear=u(0.17, 0.23),
        neck_w=u(0.33, 0.45) * (0.9 if soft else 1.05),
        neck_x=u(-0.06, 0.06),
        shoulder_y=u(1.22, 1.36),
        shoulder_w=u(1.35, 1.9),
        collar=str(rng.choice(COLLARS)),
        beard="none" if soft else pick(beards),
        glasses=pick({"none": 0.76, "round": 0.11, "square": 0.09, "tinted": 0.04}),
        earrings=pick(earrings),
        necklace=bool(rng.random() < 0.25),
        hat=hat,
        hat_tilt=u(-0.12, 0.12),
        hair=hair,
    )


def _sample_hair(rng: np.random.Generator) -> Hair:
    def u(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    side = float(rng.choice([-1.0, 1.0]))
    fringe = str(rng.choice(["back", "widow", "middle", "swept", "bangs"]))
    low = u(-0.4, -0.3)
    edge = low if fringe == "bangs" else u(-0.64, -0.52)
    forms = {
        "bald": lambda: Hair("bald"),
        "short": lambda: Hair(
            "short", u(0.06, 0.16), u(0.03, 0.08), "widow", u(-0.62, -0.5), end=u(0.02, 0.2)
        ),
        "crop": lambda: Hair(
            "crop", u(0.04, 0.1), u(0.01, 0.04), "back", u(-0.64, -0.5), end=u(-0.1, 0.12)
        ),
        "swept": lambda: Hair(
            "swept", u(0.14, 0.24), u(0.05, 0.1), "swept", u(-0.66, -0.56), 0.45 * side,
            end=u(0.0, 0.2),
        ),
        "bangs": lambda: Hair(
            "bangs", u(0.1, 0.18), u(0.08, 0.14), "bangs", u(-0.36, -0.26), end=u(0.1, 0.3)
        ),
        "bob": lambda: Hair(
            "bob", u(0.1, 0.18), u(0.12, 0.2), fringe, edge, 0.3 * side,
            end=u(0.75, 1.05), fall="hang", flare=u(0.0, 0.16),
        ),
        "long": lambda: Hair(
            "long", u(0.08, 0.16), u(0.1, 0.16), fringe, edge, 0.3 * side,
            end=u(1.6, 2.3), fall="hang", flare=u(0.05, 0.25),
        ),
        "wavy": lambda: Hair(
            "wavy", u(0.12, 0.2), u(0.16, 0.26), fringe, edge, 0.3 * side,
            end=u(1.2, 1.9), fall="hang", flare=u(0.1, 0.3), wave=u(0.05, 0.09),
        ),
        "curly": lambda: Hair(
            "curly", u(0.16, 0.26), u(0.14, 0.22), "bangs", u(-0.5, -0.38), end=u(0.45, 0.7),
            fall="round", bump=u(0.05, 0.08), bumps=float(rng.integers(12, 18)),
        ),
        "afro": lambda: Hair(
            "afro", u(0.32, 0.46), u(0.36, 0.5), "back", u(-0.58, -0.48), end=u(0.6, 0.85),
            fall="round", bump=u(0.025, 0.045), bumps=float(rng.integers(20, 28)),
        ),
        "bun": lambda: Hair(
            "bun", u(0.05, 0.1), u(0.02, 0.05), "middle" if rng.random() < 0.4 else "back",
            u(-0.62, -0.52), end=u(0.05, 0.15), buns=1, tuft=u(0.26, 0.36),
        ),
        "buns": lambda: Hair(
            "buns", u(0.06, 0.1), u(0.03, 0.06), fringe, edge, 0.3 * side,
            end=u(0.05, 0.25), buns=2, tuft=u(0.22, 0.3),
        ),
        "pigtails": lambda: Hair(
            "pigtails", u(0.06, 0.12), u(0.04, 0.08), fringe, edge, 0.2 * side,
            end=u(0.15, 0.3), tails=2, tuft=u(0.15, 0.24), wave=u(0.0, 0.06),
        ),
        "ponytail": lambda: Hair(
            "ponytail", u(0.06, 0.12), u(0.03, 0.06), "swept" if rng.random() < 0.5 else "back",
            u(-0.62, -0.52), 0.4 * side, end=u(0.05, 0.2), tails=1, tuft=u(0.18, 0.28),
            wave=u(0.0, 0.06),
        ),
        "spiky": lambda: Hair(
            "spiky", u(0.12, 0.2), u(0.06, 0.1), "bangs", u(-0.5, -0.4), end=u(0.05, 0.2),
            bump=u(0.16, 0.26), bumps=float(rng.integers(11, 16)), sharp=True,
        ),
    }  # fmt: skip
    return forms[str(rng.choice(list(forms)))]()
