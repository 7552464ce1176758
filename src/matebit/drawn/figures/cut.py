"""What a person wears and how the hair is done: forms without colours."""

from dataclasses import dataclass

import numpy as np

from matebit.drawn.portraits.shape import Hair, sample_shape

OUTFITS = ("tee", "shirt", "sweater", "tank", "dress", "gown", "skirt", "jacket", "coat", "sport")
_CUT_STREAM = 13


@dataclass(frozen=True)
class Cut:
    """A set of clothes; lengths in half head heights, shares of a limb from its root.

    sleeve, outer_sleeve: share of the arm that is covered, 0 is none
    hem, outer_hem: height of a garment's lower edge above the hips' line (negative is below)
    leg: share of the leg that trousers cover; skirt: length below the waist, 0 is none
    flare: widening of a skirt down to its hem; wide: how far trousers stand off below
    """

    outfit: str  # of OUTFITS
    sleeve: float
    neckline: str  # crew | v | scoop | turtle | shirt
    hem: float
    top: bool  # a garment of its own above the waist; a dress is one with its skirt
    leg: float
    wide: float
    skirt: float
    flare: float
    pleats: int
    outer: str  # none | jacket | coat
    outer_sleeve: float
    outer_hem: float
    open_by: float  # half the gap at the front of jacket or coat, radians
    shoe: str  # flat | sneaker | boot | heel
    boot: float  # height of a boot's shaft, as a share of the shin
    belt: bool
    bag: str  # none | shoulder
    bag_side: int  # 0: at the right hip, 1: at the left
    hair: Hair
    hat: str
    hat_tilt: float
    glasses: str
    beard: str
    earrings: str


def sample_cut(seed: tuple[int, ...], outfit: str | None = None) -> Cut:
    """Draw clothes; the same tuple of integers >= 0 gives the same clothes."""
    rng = np.random.default_rng((*seed, _CUT_STREAM))

    def u(low: float, high: float) -> float:
        return float(rng.uniform(low, high))

    def one_of(*options: str) -> str:
        return str(rng.choice(options))

    drawn = one_of(*OUTFITS)
    outfit = outfit or drawn
    head = sample_shape((*seed, _CUT_STREAM))
    skirt = {
        "dress": u(1.9, 3.3), "gown": u(4.6, 6.3), "skirt": u(1.7, 4.4),
    }.get(outfit, 0.0)  # fmt: skip
    if outfit in {"jacket", "coat"} and rng.random() < 0.35:
        skirt = u(1.8, 3.4)
    sleeve = {
        "tee": u(0.26, 0.42), "shirt": float(one_of("0.95", "0.5")), "sweater": u(0.92, 0.98), "tank": 0.0,
        "dress": float(one_of("0", "0.3", "0.95", "0.55")), "gown": float(one_of("0", "0.96")),
        "skirt": float(one_of("0", "0.3", "0.95")), "jacket": u(0.25, 0.4), "coat": u(0.25, 0.4),
        "sport": float(one_of("0", "0.3")),
    }[outfit]  # fmt: skip
    neckline = {
        "shirt": "shirt", "sweater": one_of("crew", "turtle", "v"), "jacket": one_of("crew", "v", "shirt"),
        "coat": one_of("turtle", "crew", "shirt"), "tank": one_of("scoop", "v"),
    }.get(outfit, one_of("crew", "v", "scoop"))  # fmt: skip
    short = outfit == "sport" or (outfit in {"tee", "tank"} and rng.random() < 0.4)
    shoe = {"gown": "heel", "sport": "sneaker"}.get(outfit, one_of("flat", "sneaker", "boot", "heel"))
    tucked = skirt > 0 or rng.random() < 0.4
    masculine = skirt == 0 and rng.random() < 0.55
    return Cut(
        outfit=outfit,
        sleeve=sleeve,
        neckline=neckline,
        hem=1.0 if tucked else u(-0.1, 0.4),
        top=outfit not in {"dress", "gown"},
        leg=0.0 if skirt else (u(0.2, 0.36) if short else u(0.9, 0.99)),
        wide=u(0.0, 0.1) if rng.random() < 0.5 else u(0.12, 0.34),
        skirt=skirt,
        flare=u(0.15, 0.9) if outfit != "gown" else u(0.5, 1.1),
        pleats=int(rng.choice([0, 0, 9, 13, 18])),
        outer=outfit if outfit in {"jacket", "coat"} else "none",
        outer_sleeve=u(0.9, 0.98),
        outer_hem=u(-0.2, 0.5) if outfit == "jacket" else u(-3.4, -1.4),
        open_by=u(0.25, 0.6),
        shoe=shoe,
        boot=u(0.3, 0.85),
        belt=bool(rng.random() < 0.45),
        bag="shoulder" if rng.random() < 0.28 else "none",
        bag_side=int(rng.integers(2)),
        hair=head.hair,
        hat=head.hat,
        hat_tilt=head.hat_tilt,
        glasses=head.glasses,
        beard=head.beard if masculine else "none",
        earrings="none" if masculine else head.earrings,
    )
