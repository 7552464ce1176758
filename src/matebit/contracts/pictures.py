"""Pictures and conditions of the stages before, decoded, kept in memory where they fit."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from PIL import Image

from matebit.contracts.catalogue import Entry
from matebit.io.images import load_png, read_plane, resize_nearest
from matebit.pipeline.layout import Layout


class Pictures:
    """Reads what belongs to an `Entry`; up to `cache_megabytes` stay decoded.

    Nothing but `data/` and `conditions/` is opened: no true answer can come this way.
    """

    def __init__(self, layout: Layout, cache_megabytes: int = 0) -> None:
        self._layout = layout
        self._room = cache_megabytes * 2**20
        self._kept: dict[tuple[str, str], np.ndarray] = {}

    def image(self, entry: Entry) -> np.ndarray:
        """The picture, uint8 (3,S,S) RGB."""
        return self._keep("image", entry, self._read_image)

    def condition(self, entry: Entry) -> np.ndarray:
        """The condition, uint8 (C,S,S); 255 stands for 1.0."""
        return self._keep("condition", entry, self._read_condition)

    def image_at(self, entry: Entry, size: int) -> np.ndarray:
        """The whole picture, uint8 (3,size,size), resized bicubically where it is larger."""
        pixels = self.image(entry)
        if entry.size == size:
            return pixels
        resized = Image.fromarray(pixels.transpose(1, 2, 0)).resize((size, size), Image.Resampling.BICUBIC)
        return np.asarray(resized).transpose(2, 0, 1)

    def condition_at(self, entry: Entry, size: int) -> np.ndarray:
        """The whole condition, uint8 (C,size,size), resized nearest where it is larger."""
        return np.stack([resize_nearest(channel, size) for channel in self.condition(entry)])

    def parsing_at(self, entry: Entry, size: int) -> np.ndarray | None:
        """The label map at `size`, uint8 (size,size); None where the source has none."""
        if not entry.parsing:
            return None
        return resize_nearest(read_plane(self._layout.conditions / entry.parsing), size)

    def edges(self, entry: Entry) -> np.ndarray:
        """The edges of the picture, uint8 (S,S), 0 or 255."""
        return load_png(self._layout.conditions / entry.edges, grey=True)

    def _read_image(self, entry: Entry) -> np.ndarray:
        return np.stack(cv2.split(load_png(self._layout.data / entry.image, grey=False)))

    def _read_condition(self, entry: Entry) -> np.ndarray:
        stacked = load_png(self._layout.conditions / entry.condition, grey=True)
        return stacked.reshape(-1, entry.size, entry.size)

    def _keep(self, what: str, entry: Entry, read: Callable[[Entry], np.ndarray]) -> np.ndarray:
        key = (what, entry.id)
        if key not in self._kept:
            pixels = read(entry)
            if self._room < pixels.nbytes:
                return pixels
            self._room -= pixels.nbytes
            self._kept[key] = pixels
        return self._kept[key]
