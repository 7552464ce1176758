"""Parsing translated images with the extractor that made the conditions."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from matebit.contracts.parsing import Parsing
from matebit.data.extractors.protocol import Extractor
from matebit.io.images import BrokenImage, resize_nearest


@dataclass(frozen=True)
class ExtractorParser:
    """Parses by an extractor; an image in which it finds nothing is background (label 0) all over."""

    extractor: Extractor[Parsing]

    @property
    def label(self) -> str:
        """The extractor and its weights."""
        return self.extractor.record.label

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """Labels (S,S) uint8 of an image (S,S,3) uint8."""
        size = image.shape[0]
        side = self.extractor.side or size
        wanted = image if side == size else cv2.resize(image, (side, side), interpolation=cv2.INTER_LINEAR)
        try:
            found = self.extractor(wanted, "the translated image")
        except BrokenImage:
            return np.zeros((size, size), dtype=np.uint8)
        return resize_nearest(found.labels, size)
