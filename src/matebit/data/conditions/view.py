"""A condition as one picture, to be looked at."""

from __future__ import annotations

import numpy as np


def condition_view(condition: np.ndarray, kind: str, palette: tuple[int, ...]) -> np.ndarray:
    """uint8 (C,S,S) of `kind` as RGB uint8 (S,S,3).

    Of a pose the skeleton on black, of labels their colours in `palette` (flat RGB), else dark lines on
    white.
    """
    if kind == "pose":
        return condition[:3].transpose(1, 2, 0)
    if kind in ("parsing", "labels"):
        view = np.array(palette, dtype=np.uint8).reshape(-1, 3)[condition.argmax(axis=0)]
        view[condition.max(axis=0) == 0] = 255  # no class
        return view
    return np.repeat(255 - condition[0][..., None], 3, axis=2)
