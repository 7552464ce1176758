"""The figure that README opens with: a photograph and bundled sitters in the styles of paintings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from matebit.data.conditions.view import condition_view
from matebit.data.sources.files import resize_image
from matebit.translate import structure
from matebit.translate.files import write_picture
from matebit.translate.gallery import drawn
from matebit.translate.maps import sheet

if TYPE_CHECKING:
    from matebit.translate.translator import Translator

# Of NASA, in the public domain; scikit-image has it as `astronaut`. The square of her head and collar.
_TOP, _LEFT, _SIDE = 0, 90, 270
SITTERS = ("sitter-1", "sitter-3", "sitter-6")
EXEMPLARS = (
    "holbein-wedigh", "holbein-erasmus", "christus-carthusian", "jacometto-woman", "goya-osorio", "oil-1",
    "woodblock-2",
)  # fmt: skip


def photograph() -> np.ndarray:
    """The head of Eileen Collins, uint8 (270,270,3)."""
    from skimage.data import astronaut

    return astronaut()[_TOP : _TOP + _SIDE, _LEFT : _LEFT + _SIDE]


def write_opening_figure(
    translator: Translator, target: Path, size: int | None = None, enlarge: int = 1
) -> None:
    """Write the sheet: pictures and their lines down the left, exemplars across the top.

    `size`: side in px that the network sees; cells are `enlarge` times as large.
    """
    side = translator.side(size)
    cell = side * enlarge
    exemplars = {id: drawn(id, max(256, cell)) for id in EXEMPLARS}
    rows: list[list[np.ndarray | None]] = [
        [None, None, *(resize_image(pixels, cell, "bicubic") for pixels in exemplars.values())]
    ]
    for photo in (photograph(), *(drawn(id, max(256, cell)) for id in SITTERS)):
        framed = structure.of_photo(photo, translator.conditions, side, "pad", "the photograph")
        lines = condition_view(framed.condition, translator.conditions.kind, translator.labels.palette)
        shown = np.asarray(Image.fromarray(lines).resize((cell, cell), Image.Resampling.BICUBIC))
        results = [
            np.asarray(translator.translate(photo, pixels, size=size, enlarge=enlarge))
            for pixels in exemplars.values()
        ]
        rows.append([resize_image(photo, cell, "bicubic"), shown, *results])
    write_picture(target, sheet(rows, cell))
