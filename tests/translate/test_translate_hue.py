"""The shipped checkpoint takes local hue over: hair in another colour gives hair of that hue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from skimage.color import rgb2lab

import matebit
from matebit.drawn.portraits.drawing import geometry, painted
from matebit.drawn.portraits.labels import Label
from matebit.translate.gallery import Drawn, exemplars, sitters
from matebit.weights.shipped import shipped_checkpoint

SIZE = 128
# Blond, red and blue hair: far apart in hue, alike in brightness.
COLOURS = {"blond": (0.85, 0.65, 0.25), "red": (0.85, 0.30, 0.20), "blue": (0.35, 0.45, 0.90)}


def hair_chroma(picture: np.ndarray, hair: np.ndarray) -> np.ndarray:
    """The mean a, b of CIE Lab over the pixels of hair."""
    return rgb2lab(picture)[hair][:, 1:].mean(axis=0)


def with_hair(drawn: dict[str, Drawn], medium: str = "") -> tuple[Drawn, np.ndarray]:
    """The first of them (of a medium) with plenty of hair, and where it is."""
    for portrait in drawn.values():
        hair = geometry(portrait.shape, SIZE).labels == Label.HAIR
        if portrait.id.startswith(medium) and hair.sum() > 800:
            return portrait, hair
    raise AssertionError(f"no {medium} portrait has hair")


@pytest.mark.parametrize("medium", ["oil", "photograph", "cartoon"])
def test_hair_follows_the_exemplars_hair_in_hue(medium: str) -> None:
    """Sitter and exemplar are different people in different poses."""
    translator = matebit.load(shipped_checkpoint())
    bundled, own = with_hair(exemplars(), medium)
    sitter, asked = with_hair(sitters())
    photo = sitter.draw(SIZE)
    wanted, found = {}, {}
    for name, colour in COLOURS.items():
        style = replace(bundled.style, colours=replace(bundled.style.colours, hair=colour))
        exemplar = painted(bundled.shape, style, SIZE)
        result = np.asarray(translator.translate(photo, exemplar, size=SIZE))
        wanted[name], found[name] = hair_chroma(exemplar, own), hair_chroma(result, asked)
    for one, other in (("blond", "blue"), ("red", "blue"), ("blond", "red")):
        asked_for, came = wanted[one] - wanted[other], found[one] - found[other]
        cosine = asked_for @ came / (np.linalg.norm(asked_for) * np.linalg.norm(came))
        assert cosine > 0.7, (medium, one, other, wanted, found)
        assert np.linalg.norm(came) > 0.25 * np.linalg.norm(asked_for), (medium, one, other, wanted, found)
