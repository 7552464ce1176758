"""Bundled figures: clothed bodies drawn by the package, with every annotation known exactly.

A figure is `render(stance, cut, style, size)`: `Stance` holds what a keypoint skeleton shows (build,
pose, camera), `Cut` the forms of clothes and hair, `Style` all colours. A person is a build, a cut
and a style; the true answer for the pose of A and the exemplar B is
`render(A.stance, B.cut, B.style, size)`. Names are loaded on first use: reading the params must not
import OpenCV and SciPy.
"""

from importlib import import_module
from typing import Any

_ROOM = __name__.rpartition(".")[0]
_HOMES = {
    "FiguresConfig": "figures.config",
    "Build": "figures.build",
    "sample_build": "figures.build",
    "Pose": "figures.pose",
    "sample_pose": "figures.pose",
    "Cut": "figures.cut",
    "sample_cut": "figures.cut",
    "Stance": "figures.scene",
    "View": "figures.raster",
    "sample_view": "figures.framing",
    "figure_style": "figures.style",
    "Geometry": "figures.drawing",
    "Figure": "figures.drawing",
    "geometry": "figures.drawing",
    "render": "figures.drawing",
    "body_pose": "figures.keypoints",
    "FigureSpec": "figures.sets",
    "figure_set": "figures.sets",
    "true_matches": "drawing.matching",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{_ROOM}.{_HOMES[name]}"), name)
