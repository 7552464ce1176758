"""From a sketch to pixels, in the medium of its style."""

from importlib import import_module

import cv2
import numpy as np

from matebit.drawn.drawing.sketch import Sketch


def paint(sketch: Sketch) -> np.ndarray:
    """The picture, (size, size, 3) uint8 RGB."""
    medium = import_module(f"matebit.drawn.drawing.media.{sketch.style.medium}")
    fine = np.clip(medium.paint(sketch), 0, 1).astype(np.float32)
    image = cv2.resize(cv2.merge(list(fine)), (sketch.size, sketch.size), interpolation=cv2.INTER_AREA)
    return (image * 255 + 0.5).astype(np.uint8)
