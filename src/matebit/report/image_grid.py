"""A grid of pictures with headings, the shape of every qualitative figure of this field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEAD = 0.17  # inches of a heading's line
_SIDE = 0.16  # inches of a row's label
_GAP = 0.03


def picture_grid(
    pictures: Sequence[Sequence[np.ndarray | None]],
    headings: Sequence[str],
    width: float,
    row_labels: Sequence[str] = (),
) -> Figure:
    """Rows of pictures, (H,W,3) RGB or (H,W) grey 0..255, `width` inches wide; None leaves a place
    empty.

    Pictures keep their pixels (nearest), so that the PDF holds them as they are.
    """
    import matplotlib.pyplot as plt

    columns, rows = len(headings), len(pictures)
    left = _SIDE if row_labels else 0.0
    lines = max(heading.count("\n") for heading in headings) + 1
    head = _HEAD * lines * 0.75 + 0.06
    cell = (width - left - _GAP * (columns - 1)) / columns
    height = head + rows * cell + _GAP * (rows - 1)
    figure = plt.figure(figsize=(width, height))
    for row, line in enumerate(pictures):
        bottom = height - head - (row + 1) * cell - row * _GAP
        if row_labels:
            figure.text(
                0.5 * left / width, (bottom + cell / 2) / height, row_labels[row], rotation=90,
                ha="center", va="center", fontsize=5.5, color="#555555",
            )  # fmt: skip
        for column, pixels in enumerate(line):
            x = left + column * (cell + _GAP)
            axes = figure.add_axes((x / width, bottom / height, cell / width, cell / height))
            axes.axis("off")
            if row == 0:
                figure.text(
                    (x + cell / 2) / width, (height - head + 0.06) / height, headings[column],
                    ha="center", va="baseline", fontsize=6.5, linespacing=0.95,
                )  # fmt: skip
            if pixels is not None:
                # RGB pictures ignore the colour map and its range.
                axes.imshow(pixels, cmap="cividis", vmin=0, vmax=255)
    return figure
