"""Bundled portraits: drawn by the package, with every annotation known exactly.

A portrait is `render(shape, style, size)`: `Shape` holds all geometry and no colour, `Style` all
colour and no geometry, so the true answer for the condition of A and the exemplar B is
`render(A.shape, B.style, size)`. Names are loaded on first use: reading the params must not import
OpenCV and SciPy.
"""

from importlib import import_module
from typing import Any

_HOMES = {
    "PortraitsConfig": "config",
    "Shape": "shape",
    "sample_shape": "shape",
    "Style": "style",
    "sample_style": "style",
    "Geometry": "drawing",
    "Portrait": "drawing",
    "geometry": "drawing",
    "render": "drawing",
    "PortraitSpec": "sets",
    "portrait_set": "sets",
    "true_matches": "matching",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
