"""Exemplars and sitters that come with the program: drawn portraits, and paintings that may be shown."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from matebit.drawn.drawing.style import MEDIA, Style, sample_style
from matebit.drawn.portraits.drawing import painted
from matebit.drawn.portraits.shape import Shape, sample_shape
from matebit.errors import MatebitError
from matebit.io.files import check_writable
from matebit.io.images import read_image, write_png
from matebit.io.tables import write_table
from matebit.logs import track

# Four numbers where the sets of the pipeline have three: nothing of these is ever trained on.
_STREAM = (2211, 7)
_EACH = 3  # exemplars of each medium
_SITTERS = 6
_MUSEUM = Path(__file__).parent / "museum"


@dataclass(frozen=True)
class Bundled:
    """One portrait: `id` names it, `title` tells what it is, `credit` and `link` whose it is (or nothing)."""

    id: str
    title: str
    credit: str = field(default="", kw_only=True)
    link: str = field(default="", kw_only=True)

    def draw(self, size: int) -> np.ndarray:
        """The picture, uint8 (size,size,3)."""
        raise NotImplementedError


@dataclass(frozen=True)
class Painting(Bundled):
    """A painting of a museum, cut to its sitter's head and shoulders."""

    def draw(self, size: int) -> np.ndarray:
        """The picture, uint8 (size,size,3)."""
        picture = read_image(_MUSEUM / f"{self.id}.jpg")
        return np.asarray(picture.resize((size, size), Image.Resampling.LANCZOS))


@dataclass(frozen=True)
class Drawn(Bundled):
    """A portrait of the bundled world, drawn when asked for."""

    shape: Shape
    style: Style

    def draw(self, size: int) -> np.ndarray:
        """The picture, uint8 (size,size,3)."""
        return painted(self.shape, self.style, size)


@lru_cache(maxsize=1)
def exemplars() -> dict[str, Drawn]:
    """Exemplars by id, every medium in turn, each with a sitter and a palette of its own."""
    found = {}
    for turn in range(_EACH):
        for number, medium in enumerate(MEDIA):
            seed = (*_STREAM, turn, number)
            style = sample_style(seed, medium)
            id = f"{medium}-{turn + 1}"
            found[id] = Drawn(id, f"{medium}, {style.palette}", sample_shape(seed), style)
    return found


@lru_cache(maxsize=1)
def sitters() -> dict[str, Drawn]:
    """Portraits in the manner of a photograph, to translate where no own picture is at hand."""
    found = {}
    for number in range(_SITTERS):
        seed = (*_STREAM, _EACH, number)
        id = f"sitter-{number + 1}"
        found[id] = Drawn(id, f"sitter {number + 1}", sample_shape(seed), sample_style(seed, "photograph"))
    return found


@lru_cache(maxsize=1)
def paintings() -> dict[str, Painting]:
    """Paintings to take as exemplars, by id: works of museums in the public domain (CC0)."""
    with (_MUSEUM / "works.csv").open(encoding="utf-8", newline="") as file:
        return {
            work["id"]: Painting(
                work["id"],
                work["title"],
                credit=", ".join(filter(None, map(work.get, ("artist", "year", "museum", "licence")))),
                link=work["link"],
            )
            for work in csv.DictReader(file)
        }


def bundled(id: str) -> Bundled:
    """An exemplar, a painting or a sitter by its id. Raises `MatebitError` for another."""
    known: dict[str, Bundled] = {**exemplars(), **paintings(), **sitters()}
    if id not in known:
        raise MatebitError(f"there is no bundled portrait {id!r}; there are {', '.join(known)}")
    return known[id]


@lru_cache(maxsize=128)
def drawn(id: str, size: int) -> np.ndarray:
    """The picture of a bundled portrait, read-only; kept, because drawing takes time."""
    pixels = bundled(id).draw(size)
    pixels.setflags(write=False)
    return pixels


def write_gallery(folder: Path, size: int) -> list[Path]:
    """Write all of them as `FOLDER/ID.png`, and `FOLDER/credits.csv`, which says whose the paintings are."""
    check_writable(folder)
    everyone: list[Bundled] = [*exemplars().values(), *paintings().values(), *sitters().values()]
    credits = [
        {"file": f"{one.id}.png", "title": one.title, "credit": one.credit, "link": one.link}
        for one in paintings().values()
    ]
    write_table(folder / "credits.csv", credits, ["file", "title", "credit", "link"])
    written = [folder / "credits.csv"]
    for portrait in track(everyone, "drawing the gallery", len(everyone), "portraits"):
        written.append(folder / f"{portrait.id}.png")
        write_png(written[-1], portrait.draw(size))
    return written
