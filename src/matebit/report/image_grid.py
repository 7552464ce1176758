"""A grid of pictures with headings, the shape of every qualitative figure of this field."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HEAD = 0.17  # inches of a heading's line
_SIDE = 0.16  # inches of a row's label
_GAP = 0.03
_BREAK = 0.1  # inches between groups


def _starts(count: int, cell: float, breaks: Collection[int]) -> list[float]:
    """Where each of `count` cells begins, in inches; a wider gap lies before those in `breaks`."""
    starts, at = [], 0.0
    for place in range(count):
        if place:
            at += cell + (_BREAK if place in breaks else _GAP)
        starts.append(at)
    return starts


def picture_grid(
    pictures: Sequence[Sequence[np.ndarray | None]],
    headings: Sequence[str],
    width: float,
    row_labels: Sequence[str] = (),
    column_breaks: Collection[int] = (),
    row_breaks: Collection[int] = (),
) -> Figure:
    """Rows of pictures (H,W,3) RGB or (H,W) grey, 0..255, `width` inches wide.

    None leaves a place empty.
    A row shorter than the headings is empty at its end. `column_breaks` and `row_breaks`: columns and rows
    before which a group ends. Pictures keep their pixels (nearest), so that the PDF holds them as they are.
    """
    import matplotlib.pyplot as plt

    columns, rows = len(headings), len(pictures)
    left = _SIDE if row_labels else 0.0
    lines = max(heading.count("\n") for heading in headings) + 1
    head = _HEAD * lines * 0.75 + 0.06
    cell = (width - left - _starts(columns, 0.0, column_breaks)[-1]) / columns
    across, down = _starts(columns, cell, column_breaks), _starts(rows, cell, row_breaks)
    height = head + down[-1] + cell
    figure = plt.figure(figsize=(width, height))
    for column, heading in enumerate(headings):
        figure.text(
            (left + across[column] + cell / 2) / width, (height - head + 0.06) / height, heading,
            ha="center", va="baseline", fontsize=6.5, linespacing=0.95,
        )  # fmt: skip
    for row, line in enumerate(pictures):
        bottom = height - head - down[row] - cell
        if row_labels:
            figure.text(
                0.5 * left / width, (bottom + cell / 2) / height, row_labels[row], rotation=90,
                ha="center", va="center", fontsize=5.5, color="#555555",
            )  # fmt: skip
        for column, pixels in enumerate(line):
            x = left + across[column]
            axes = figure.add_axes((x / width, bottom / height, cell / width, cell / height))
            axes.axis("off")
            if pixels is not None:
                # RGB pictures ignore the colour map and its range.
                axes.imshow(pixels, cmap="cividis", vmin=0, vmax=255)
    return figure
