"""Families of colours, from natural to fanciful; a style draws one of each list and shifts it."""

from dataclasses import dataclass

import numpy as np

RGB = tuple[float, float, float]


def as_planes(colour: RGB) -> np.ndarray:
    """A colour as float32 (3, 1, 1), beside planes (3, n, n)."""
    return np.array(colour, np.float32).reshape(3, 1, 1)


@dataclass(frozen=True)
class Palette:
    """The colours of one style, each RGB in [0, 1]."""

    skin: RGB
    cheek: RGB
    lips: RGB
    hair: RGB
    iris: RGB
    cloth: RGB
    trim: RGB
    hat: RGB
    metal: RGB
    back: RGB
    back2: RGB
    line: RGB
    white: RGB
    shadow: RGB  # the tint that full shadow multiplies colours by


@dataclass(frozen=True)
class Family:
    """Options of a family as hexadecimal colours; cloth and back are pairs."""

    skin: str
    lips: str
    hair: str
    iris: str
    cloth: str
    back: str
    line: str = "241a1c"
    white: str = "fbf8f0"
    shadow: str = "8a6a78"
    metal: str = "d9a83a"


FAMILIES = {
    "natural": Family(
        "f3cfb3 e2b08a c58a62 8d5a3c 5c3a2a",
        "c0524f a8403f d3706a",
        "2a1d18 5b3a22 8a5a2c c79a55",
        "4a6b3a 5a3a20 3f6f94",
        "2f4f6f-e8dfc9 7a2f35-f0e2c0 4b5d3a-e9dcb2",
        "c9c2ae-8f9a93 d8c7a5-a58f6f",
    ),
    "rose": Family(
        "f7d6cc eebfae d99b86",
        "d1345b b8325a e0607e",
        "5a2236 8a3b4e e8b9a0 3a1f2b",
        "6a4a7a 3f7f7a",
        "d9668a-fbe3e6 8e2f57-f6cdd6 f2a0a8-7a2848",
        "f6cfd3-d98aa0 fbe6dc-e8a9a0",
        line="4a1628",
        shadow="a06a8a",
        metal="e8b37a",
    ),
    "ocean": Family(
        "bfe0e0 9cc9d6 d9e8e0 7fb0c9",
        "2f6f9a 1f4f80 5a8fb5",
        "0e2f4f 14506a e6efe8 0a1f33",
        "f2b632 18a0a0",
        "0f4c75-bbe1fa 1b6f78-e0f2e9 13315c-f2c14e",
        "d7eef0-5aa0b8 2a6f8f-0f3450",
        line="06202f",
        shadow="5a7fb0",
        metal="f0d98a",
    ),
    "forest": Family(
        "e6dcb0 c9c98a e0c9a0 a8b078",
        "8a4a2a 6a5a20 b0603a",
        "24381f 5a4a1a 7a2f10 1a2418",
        "3f7a2f b08a20",
        "2f5a34-d9d28a 6a7a2a-f0ead0 3a4a2a-c98a3a",
        "cfd8a8-7a9a5a 3f5f3a-1f3020",
        line="14200f",
        shadow="6a7a5a",
        metal="c9a24a",
    ),
    "sunset": Family(
        "f9c89a f0a070 d9774f",
        "c7283a e0402f a01f4a",
        "4a1a3a 7a1f2a f2c14e 2a1030",
        "6a2f7a b0502a",
        "d94f30-fbd28a 7a2a6a-f59a4a e98a2a-5a1f4a",
        "fbb86a-e0604a f2d09a-c9527a 6a2a5a-e8743a",
        line="330c22",
        shadow="9a4a7a",
        metal="ffd25a",
    ),
    "violet": Family(
        "e3cdf0 cba8e0 f0d8e8 a584cc",
        "8a2f9a b0408a 5a2a8a",
        "2f1452 5a2a7a f0e0a0 1a0a30",
        "e0a82f 3aa08a",
        "5a2f9a-f0d060 8f4fc0-f3e3fb 34206a-e07ab0",
        "d8c4f0-8a6ac0 4a2f7a-20103f",
        line="1f0b3a",
        shadow="6a5ab0",
        metal="f3cf6a",
    ),
    "mono": Family(
        "f0ede6 d6d2ca b4b0a8 8a8680",
        "5a5654 3f3c3a 76726e",
        "161514 3f3c3a 8a8682 e0ddd6",
        "4a4846 7a7672",
        "2a2826-dedad2 76726c-f2efe8 aaa69e-2f2d2b",
        "e6e3dc-a8a49c 6a6660-34322f",
        line="0f0e0d",
        shadow="7a7876",
        metal="c0bcb4",
    ),
    "pop": Family(
        "ffd0b0 ffe08a ff9ab0 8ae0d0",
        "ff2050 e0107a d02f10",
        "101018 ff5a10 1040e0 f0d010",
        "10a0e0 10a040",
        "1050f0-fff040 f01f5a-ffffff 10b07a-ff5ab0 ff7a10-2010a0",
        "ffe010-ff8a10 20d0e0-1070e0 ff70b0-c020a0",
        line="0a0a12",
        shadow="8a60c0",
        metal="ffd000",
    ),
    "candy": Family(
        "fde4dc f9d0d8 fbeac8",
        "f0718a e86aa0 f58a6a",
        "f5b8d0 a8d8f0 f9e49a c8b0f0 8a6a7a",
        "5ab0d0 8a6ac0",
        "a8e0d0-fdf3c0 f8b8c8-fffaf5 c0c8f8-f8a8b8",
        "fdf0d0-f8c8c0 d8f0ec-a8d0e8",
        line="6a4a6a",
        shadow="c0a0d0",
        metal="f8d890",
    ),
    "nocturne": Family(
        "8a9ac8 7080b0 a89ac0 5f78a8",
        "9a3f7a 7a2f5a b05a7a",
        "0a0f24 1f2a55 c8d0e8 301a40",
        "f0e08a 7ae0d0",
        "141c42-7a8ad0 2a1a4a-e0b84a 0f2a3f-5ad0c0",
        "1a2452-0a0f28 2f2a6a-0f0a2a",
        line="04060f",
        white="dfe6fa",
        shadow="3a3a8a",
        metal="f0d88a",
    ),
    "ukiyo": Family(
        "f4e2c4 efd6b0 f7ead4",
        "b8322a c04a3a 8f2420",
        "141418 1f1a20 2a2430",
        "1a1a20 3a2a20",
        "1f3f6f-e6d8b0 a83228-f0e0b8 3f5f4a-e0c88a 2a2a3f-c9a050",
        "e8d8ae-3f6a8f e0cfa0-b8583a d8d0b0-7a8f7a",
        line="10141f",
        white="faf2de",
        shadow="b89a8a",
        metal="c9963a",
    ),
    "autumn": Family(
        "f0c8a0 d9a070 b07848",
        "9a2f20 b54a2a 7a2420",
        "6a2a10 3a1a10 c0702a 9a3a1a",
        "5a6a2a 7a4a1a",
        "8a3a1a-f0d090 5a3a20-e09a3a 6a5a1f-f3e2b5",
        "e8c07a-a8602a d8b890-7a4a2f 5a3020-2a150f",
        line="2a120a",
        shadow="8a5a50",
        metal="e0a030",
    ),
    "earth": Family(
        "a86b45 7a4a30 5a3424 c98a5a",
        "7a2a2a 9a4038 5f2028",
        "120c0a 2f1a10 4a2a18",
        "3a2010 6a4a20",
        "e0b040-3a2a20 d0602a-f5e3b8 2f7a6a-f0c850",
        "e8d0a0-c08a4a 3f8a80-1f4a4a f0b870-b04a2a",
        line="180c08",
        shadow="6a4050",
        metal="f0c040",
    ),
    "jade": Family(
        "d8ecd0 b8dcc0 f0ecd0",
        "d0604a c84a6a a83a3a",
        "0f3a34 1a5a4a f0b060 2a2a2a",
        "d08a20 2a6a8a",
        "1f8a70-f5efd0 0f5a5a-f2a65a 5ab89a-14403a",
        "c8e8d8-5aa890 f5ecd0-9ac8a8 14504a-0a2a2a",
        line="082a26",
        shadow="5a8a90",
        metal="e8c060",
    ),
}


def sample_palette(name: str, rng: np.random.Generator) -> Palette:
    """Draw the colours of a style from the family `name`."""
    family = FAMILIES[name]
    shift = rng.uniform(-0.05, 0.05, 3)

    def pick(options: str) -> list[RGB]:
        chosen = str(rng.choice(options.split())).split("-")
        wobble = shift + rng.uniform(-0.03, 0.03, 3)
        return [_shifted(code, wobble) for code in chosen]

    skin, lips = pick(family.skin)[0], pick(family.lips)[0]
    cloth, trim = pick(family.cloth)
    back, back2 = pick(family.back)
    hats = pick(family.cloth)
    return Palette(
        skin=skin,
        cheek=_mix(skin, lips, 0.45),
        lips=_mix(skin, lips, 0.85),
        hair=pick(family.hair)[0],
        iris=pick(family.iris)[0],
        cloth=cloth,
        trim=trim,
        hat=_mix(hats[0], lips, 0.25),
        metal=pick(family.metal)[0],
        back=back,
        back2=back2,
        line=_shifted(family.line, 0.4 * shift),
        white=_shifted(family.white, 0.3 * shift),
        shadow=_shifted(family.shadow, shift),
    )


def _shifted(code: str, by: np.ndarray) -> RGB:
    rgb = np.array([int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)]) + by
    r, g, b = np.clip(rgb, 0, 1)
    return float(r), float(g), float(b)


def _mix(a: RGB, b: RGB, t: float) -> RGB:
    r, g, b_ = (float(x + (y - x) * t) for x, y in zip(a, b, strict=True))
    return r, g, b_
