"""Exemplars and sitters that come with the program: bundled portraits, drawn when asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from matebit.drawn.drawing.style import MEDIA, Style, sample_style
from matebit.drawn.portraits.drawing import render
from matebit.drawn.portraits.shape import Shape, sample_shape
from matebit.errors import MatebitError
from matebit.io.images import write_png
from matebit.logs import track

# Four numbers where the sets of the pipeline have three: nothing of these is ever trained on.
_STREAM = (2211, 7)
_EACH = 3  # exemplars of each medium
_SITTERS = 6


@dataclass(frozen=True)
class Bundled:
    """One portrait: `id` names it, `title` tells what it is."""

    id: str
    title: str
    shape: Shape
    style: Style

    def draw(self, size: int) -> np.ndarray:
        """The picture, uint8 (size,size,3)."""
        return render(self.shape, self.style, size).image


@lru_cache(maxsize=1)
def exemplars() -> dict[str, Bundled]:
    """Exemplars by id, every medium in turn, each with a sitter and a palette of its own."""
    found = {}
    for turn in range(_EACH):
        for number, medium in enumerate(MEDIA):
            seed = (*_STREAM, turn, number)
            style = sample_style(seed, medium)
            id = f"{medium}-{turn + 1}"
            found[id] = Bundled(id, f"{medium}, {style.palette}", sample_shape(seed), style)
    return found


@lru_cache(maxsize=1)
def sitters() -> dict[str, Bundled]:
    """Portraits in the manner of a photograph, to translate where no own picture is at hand."""
    found = {}
    for number in range(_SITTERS):
        seed = (*_STREAM, _EACH, number)
        id = f"sitter-{number + 1}"
        found[id] = Bundled(id, f"sitter {number + 1}", sample_shape(seed), sample_style(seed, "photograph"))
    return found


def bundled(id: str) -> Bundled:
    """An exemplar or a sitter by its id. Raises `MatebitError` for another."""
    known = exemplars() | sitters()
    if id not in known:
        raise MatebitError(f"there is no bundled portrait {id!r}; there are {', '.join(known)}")
    return known[id]


@lru_cache(maxsize=128)
def drawn(id: str, size: int) -> np.ndarray:
    """The picture of a bundled portrait, read-only; kept, because drawing takes a tenth of a second."""
    pixels = bundled(id).draw(size)
    pixels.setflags(write=False)
    return pixels


def write_gallery(folder: Path, size: int) -> list[Path]:
    """Write all of them as `FOLDER/ID.png`."""
    everyone = [*exemplars().values(), *sitters().values()]
    written = []
    for portrait in track(everyone, "drawing the gallery", len(everyone), "portraits"):
        written.append(folder / f"{portrait.id}.png")
        write_png(written[-1], portrait.draw(size))
    return written
