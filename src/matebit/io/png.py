"""PNG files of this room: quick to decode, the same bytes for the same pixels."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from matebit.errors import MatebitError
from matebit.io.files import sha256_of_bytes, write_bytes

# One filter for all rows: choosing one for each costs more than it saves. Distance maps are runs as
# they are, and decode fastest without a filter.
_OPTIONS = [
    cv2.IMWRITE_PNG_COMPRESSION, 3,
    cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT,
    cv2.IMWRITE_PNG_FILTER,
]  # fmt: skip


def save_png(target: Path, pixels: np.ndarray) -> str:
    """Write uint8 (H,W) or (H,W,3) RGB as PNG, atomically, not flushed; returns the file's SHA-256."""
    if pixels.ndim == 2:
        encoded = cv2.imencode(".png", pixels, [*_OPTIONS, cv2.IMWRITE_PNG_FILTER_NONE])[1]
    else:
        bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        encoded = cv2.imencode(".png", bgr, [*_OPTIONS, cv2.IMWRITE_PNG_FILTER_UP])[1]
    data = encoded.tobytes()
    write_bytes(target, data, flush=False)
    return sha256_of_bytes(data)


def load_png(path: Path, grey: bool) -> np.ndarray:
    """Read a PNG of an earlier stage: uint8 (H,W) if `grey`, else (H,W,3) RGB.

    OpenCV decodes fastest. Raises `MatebitError` for a file that is absent or broken.
    """
    try:
        data = np.fromfile(path, dtype=np.uint8)
        mode = cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR_RGB
        pixels = cv2.imdecode(data, mode) if data.size else None
    except FileNotFoundError as error:
        raise MatebitError(f"{path} does not exist; run the stage that writes it") from error
    if pixels is None:
        raise MatebitError(f"{path} is not a whole PNG; delete it and run its stage again")
    return pixels
