"""The order in which a portrait is stacked, from the far to the near."""

from matebit.drawn.drawing.layers import Layers
from matebit.drawn.portraits import accessories, body, face, hair
from matebit.drawn.portraits.pose import Frame, frame
from matebit.drawn.portraits.shape import Shape


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
