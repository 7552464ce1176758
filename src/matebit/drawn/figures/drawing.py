"""From a stance, a cut and a style to a figure with its exact annotations."""

from dataclasses import dataclass

import numpy as np

from matebit.drawn.drawing.materials import Rank
from matebit.drawn.drawing.painting import paint
from matebit.drawn.drawing.sketch import sketch
from matebit.drawn.drawing.style import Style
from matebit.drawn.figures.cut import Cut
from matebit.drawn.figures.scene import Scene, Stance, scene
from matebit.errors import MatebitError

SMALLEST, LARGEST = 32, 1024
_FEATURES = 0.5  # size of the smallest features beside those of a portrait


@dataclass(frozen=True)
class Geometry:
    """What a figure shows, whatever its style.

    labels: (S, S) uint8, of `bodies.LABELS`
    surface: (S, S, 3) float32, (part, u, v) of the surface point seen at each pixel's centre; part
        is a `figures.labels.Part`, or one of the portraits' on the head; NaN on the background
    depth: (S, S) float32 towards us in half head heights; -inf on the background
    """

    labels: np.ndarray
    surface: np.ndarray
    depth: np.ndarray


@dataclass(frozen=True)
class Figure(Geometry):
    """A painted figure: a geometry and its image, (S, S, 3) uint8 RGB."""

    image: np.ndarray


def geometry(stance: Stance, cut: Cut, size: int) -> Geometry:
    """Labels, surface and depth of a figure in a picture of size x size pixels."""
    return Geometry(*_seen(scene(stance, cut, size * _samples(size)), _samples(size)))


def render(stance: Stance, cut: Cut, style: Style, size: int) -> Figure:
    """Paint a figure; what is not its image is that of `geometry`."""
    samples = _samples(size)
    found = scene(stance, cut, size * samples)
    fine = found.layers.rank > Rank.BACKGROUND
    image = paint(sketch(found.layers, style, size, samples, found.contour, fine, _FEATURES))
    return Figure(*_seen(found, samples), image)


def _samples(size: int) -> int:
    """Points a side of a pixel: three where that is quick, so that one lies in its centre."""
    if not SMALLEST <= size <= LARGEST:
        raise MatebitError(
            f"A bundled figure is {SMALLEST} to {LARGEST} px a side, not {size}: change the size."
        )
    return 3 if size <= 160 else 2


def _seen(found: Scene, samples: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    centre = np.s_[1::samples, 1::samples]
    layers = found.layers
    part = np.where(layers.part > 0, layers.part, np.nan).astype(np.float32)
    surface = np.stack([part, layers.u, layers.v], -1)[centre]
    return layers.label[centre].copy(), surface.copy(), found.depth[centre].copy()
