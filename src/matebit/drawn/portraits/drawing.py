"""From a shape and a style to a portrait with its exact annotations."""

from dataclasses import dataclass

import numpy as np

from matebit.drawn.drawing.layers import Layers, Rank
from matebit.drawn.drawing.media import paint
from matebit.drawn.drawing.sketch import part_borders, sketch
from matebit.drawn.drawing.style import Style
from matebit.drawn.portraits import accessories, body, face, hair
from matebit.drawn.portraits.landmarks import landmarks
from matebit.drawn.portraits.pose import Frame, frame
from matebit.drawn.portraits.shape import Shape
from matebit.errors import MatebitError


def stack(shape: Shape, size: int, samples: int = 1) -> Layers:
    """Cut all layers of `shape` on a grid of (size * samples) squared points."""
    f = frame(shape, size, samples)
    layers = Layers(*f.x.shape)
    cap = hair.cap(shape, f)
    hair.draw_back(layers, shape, f, cap)
    body.draw_neck(layers, shape, f)
    body.draw_clothes(layers, shape, f)
    accessories.draw_necklace(layers, shape, f)
    draw_front(layers, shape, f, cap)
    return layers


def draw_front(layers: Layers, shape: Shape, f: Frame, cap: hair.Cap) -> None:
    """Stack the head from the ears to the hat; the hair behind it and the body are there already."""
    before = {side: face.ear_centre(shape, side)[2] for side in (-1, 1)}
    for side in (-1, 1):
        if not before[side]:
            face.draw_ear(layers, shape, f, side)
    face.draw_face(layers, shape, f)
    if shape.hair.fall == "close":  # close hair is tucked behind the ears, other hair covers them
        hair.draw_front(layers, shape, f, cap)
    for side in (-1, 1):
        if before[side]:
            face.draw_ear(layers, shape, f, side)
    accessories.draw_glasses(layers, shape, f)
    if shape.hair.fall != "close":
        hair.draw_front(layers, shape, f, cap)
    hair.draw_tails(layers, shape, f)
    accessories.draw_earrings(layers, shape, f)
    accessories.draw_hat(layers, shape, f)


SMALLEST, LARGEST = 32, 1024


@dataclass(frozen=True)
class Geometry:
    """What a portrait shows, whatever its style.

    labels: (S, S) uint8, the 19 labels of CelebAMask-HQ (`labels.Label`)
    landmarks: (68, 2) float32, x and y in pixels (pixel centres at .5), iBUG order
    surface: (S, S, 3) float32, (part, u, v) of the surface point seen at each pixel's centre;
        part is a `labels.Label` or `labels.Part`; NaN on the background
    """

    labels: np.ndarray
    landmarks: np.ndarray
    surface: np.ndarray


@dataclass(frozen=True)
class Portrait(Geometry):
    """A painted portrait: a geometry and its image, (S, S, 3) uint8 RGB."""

    image: np.ndarray


def geometry(shape: Shape, size: int) -> Geometry:
    """Labels, landmarks and surface of `shape` in a picture of size x size pixels."""
    _check(size)
    layers = stack(shape, size)
    return Geometry(layers.label, _points(shape, size), _surface(layers))


def render(shape: Shape, style: Style, size: int) -> Portrait:
    """Paint `shape` in `style`; labels, landmarks and surface are those of `geometry`."""
    plain = geometry(shape, size)
    return Portrait(plain.labels, plain.landmarks, plain.surface, painted(shape, style, size))


def painted(shape: Shape, style: Style, size: int) -> np.ndarray:
    """The image alone of `render`, (S, S, 3) uint8 RGB."""
    _check(size)
    samples = 2
    layers = stack(shape, size, samples)
    return paint(sketch(layers, style, size, samples, part_borders(layers), layers.rank >= Rank.HEAD))


def label_map(shape: Shape, size: int) -> np.ndarray:
    """The labels alone of `geometry`, (S, S) uint8."""
    _check(size)
    return stack(shape, size).label


def _check(size: int) -> None:
    if not SMALLEST <= size <= LARGEST:
        raise MatebitError(
            f"A bundled portrait is {SMALLEST} to {LARGEST} px a side, not {size}: change the size."
        )


def _points(shape: Shape, size: int) -> np.ndarray:
    return (landmarks(shape) * size).astype(np.float32)


def _surface(layers: Layers) -> np.ndarray:
    part = np.where(layers.part > 0, layers.part, np.nan).astype(np.float32)
    return np.stack([part, layers.u, layers.v], -1)
