"""Bundled portraits: drawn by the package, with every annotation known exactly.

A portrait is `render(shape, style, size)`: `Shape` holds all geometry and no colour, `Style` all
colour and no geometry, so the true answer for the condition of A and the exemplar B is
`render(A.shape, B.style, size)`. Names are loaded on first use: reading the params must not import
OpenCV and SciPy.
"""

from importlib import import_module
from typing import Any

_ROOM = __name__.rpartition(".")[0]
_HOMES = {
    "PortraitsConfig": "portraits.config",
    "Shape": "portraits.shape",
    "sample_shape": "portraits.shape",
    "Style": "drawing.style",
    "sample_style": "drawing.style",
    "Geometry": "portraits.drawing",
    "Portrait": "portraits.drawing",
    "geometry": "portraits.drawing",
    "render": "portraits.drawing",
    "PortraitSpec": "portraits.sets",
    "portrait_set": "portraits.sets",
    "true_matches": "drawing.matching",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{_ROOM}.{_HOMES[name]}"), name)
