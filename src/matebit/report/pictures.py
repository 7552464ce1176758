"""Pictures inside the page: shrunk, encoded once each, within a bound of bytes."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

from matebit.io.files import sha256_of_bytes


class PictureStore:
    """PNG data URLs by a short key of their content."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self.urls: dict[str, str] = {}

    @property
    def size(self) -> int:
        """Bytes that the stored pictures take in the page."""
        return sum(map(len, self.urls.values()))

    def add(self, pixels: np.ndarray) -> str:
        """Keep (H,W,3) or (H,W) uint8, shrunk to the longest side, and give its key."""
        image = Image.fromarray(np.ascontiguousarray(pixels))
        if max(image.size) > self._longest:
            image.thumbnail((self._longest, self._longest), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        image.save(buffer, format="PNG", optimize=True)
        data = buffer.getvalue()
        key = sha256_of_bytes(data)[:12]
        self.urls.setdefault(key, data_url(data))
        return key

    def drop(self, keys: set[str]) -> None:
        """Forget pictures."""
        for key in keys:
            self.urls.pop(key, None)


def data_url(data: bytes, kind: str = "png") -> str:
    """A data URL of a picture's bytes."""
    return f"data:image/{kind};base64," + base64.b64encode(data).decode("ascii")
