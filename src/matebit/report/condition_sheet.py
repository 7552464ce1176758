"""A sheet that shows conditions channel by channel, made to be looked at, as soon as they are extracted."""

from __future__ import annotations

import io
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from matebit.contracts.catalogue import Entry, read_catalogue
from matebit.contracts.condition_kinds import CONDITIONS
from matebit.contracts.faces import EDGE_PARTS
from matebit.contracts.label_sets import labels_of
from matebit.data.conditions.pose import LIMBS
from matebit.data.conditions.view import condition_view
from matebit.data.spread import spread
from matebit.errors import MatebitError
from matebit.io.files import write_bytes
from matebit.io.images import load_png
from matebit.pipeline.layout import Layout
from matebit.report.style import paper_style

if TYPE_CHECKING:
    from matebit.config.schema import ResolvedParams

FORMATS = {".jpg": "jpeg", ".jpeg": "jpeg", ".png": "png"}

_ACROSS = 10  # channels in a line at most
_CELL, _TITLE, _GAP = 0.9, 0.16, 0.04  # inches
_DPI = 120

Cell = tuple[str, np.ndarray]
"""A title, and RGB uint8 (S,S,3)."""


def _distances(plane: np.ndarray, times: int = 1) -> np.ndarray:
    """Dark where a line is near, bright far away; `times` brings out channels that hold a third."""
    from matplotlib import colormaps

    bright = np.minimum(plane.astype(int) * times, 255).astype(np.uint8)
    return (colormaps["cividis"](bright)[..., :3] * 255).astype(np.uint8)


def _cells(condition: np.ndarray, kind: str, palette: tuple[int, ...]) -> list[Cell]:
    """The channels (C,S,S) of a condition of `kind`, as pictures; labels as one, in their colours."""
    view = condition_view(condition, kind, palette)
    if kind == "face_edges":
        parts = zip(EDGE_PARTS, condition[1:-1], strict=True)
        distances = [(part, _distances(plane, 3)) for part, plane in parts]
        return [("edges", view), *distances, ("borders", condition_view(condition[-1:], kind, palette))]
    if kind == "pose":
        limbs = zip(LIMBS, condition[3:], strict=True)
        return [("skeleton", view), *((f"{a}\n{b}", _distances(plane, 3)) for (a, b), plane in limbs)]
    if CONDITIONS[kind].lines:
        return [("lines", view), ("distance", _distances(condition[1]))]
    return [("labels", view)]


def condition_sheet(
    params: ResolvedParams, layout: Layout, target: Path, items: int, photos: bool = True
) -> None:
    """Write `target` (.jpg or .png): a block an item with its channels, before them the picture itself.

    `items` are taken evenly from all. Raises `MatebitError` for another ending of `target`, and where the
    conditions are not extracted yet.
    """
    if target.suffix.lower() not in FORMATS:
        raise MatebitError(f"{target} must end with .jpg or .png")
    entries = {entry.id: entry for entry in read_catalogue(layout)}
    palette = labels_of(params.data).palette

    def shown(entry: Entry) -> list[Cell]:
        stacked = load_png(layout.conditions / entry.condition, grey=True)
        cells = _cells(stacked.reshape(-1, entry.size, entry.size), params.conditions.kind, palette)
        picture = load_png(layout.data / entry.image, grey=False)
        return [("picture", picture), *cells] if photos else cells

    _write([shown(entries[id]) for id in spread(sorted(entries), items)], target)


def _write(blocks: list[list[Cell]], target: Path) -> None:
    import matplotlib.pyplot as plt

    count = len(blocks[0])
    lines = ceil(count / _ACROSS)
    across = ceil(count / lines)
    # Few channels: several items stand side by side.
    beside = max(1, _ACROSS // across) if lines == 1 else 1
    beside = min(beside, len(blocks))
    title = _TITLE * (1 + max(name.count("\n") for name, _ in blocks[0]))
    rows = lines * ceil(len(blocks) / beside)
    width, height = across * beside * (_CELL + _GAP), rows * (_CELL + title + _GAP)
    with paper_style():
        figure = plt.figure(figsize=(width, height))
        for number, block in enumerate(blocks):
            for place, (name, pixels) in enumerate(block):
                column = number % beside * across + place % across
                row = number // beside * lines + place // across
                left, top = column * (_CELL + _GAP), height - row * (_CELL + title + _GAP) - title
                axes = figure.add_axes((left / width, (top - _CELL) / height, _CELL / width, _CELL / height))
                axes.axis("off")
                axes.imshow(pixels, interpolation="antialiased")
                axes.set_title(name, fontsize=6, pad=1.5)
        buffer = io.BytesIO()
        ending = FORMATS[target.suffix.lower()]
        options = {"quality": 88} if ending == "jpeg" else {}
        figure.savefig(buffer, format=ending, dpi=_DPI, pil_kwargs=options)
        plt.close(figure)
    write_bytes(target, buffer.getvalue())
