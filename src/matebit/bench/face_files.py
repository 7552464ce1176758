"""Bundled portraits as files in the layout of CelebAMask-HQ, for measuring without a dataset."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from matebit.config.data import DataConfig
from matebit.config.portraits import PortraitsConfig
from matebit.contracts.faces import LABELS
from matebit.drawn.portrait_source import PortraitSource

_PHOTOGRAPH, _MASK = 1024, 512  # px, as the published files have


def write_face_files(root: Path, count: int = 8) -> None:
    """`count` portraits of 1024 px as JPEG with RGB part masks of 512 px; the last one is for test."""
    portraits = PortraitsConfig(train=max(count, 4), test=4, styles_train=1, styles_test=1)
    source = PortraitSource(DataConfig(portraits=portraits), 1)
    (root / "CelebA-HQ-img").mkdir(parents=True)
    masks = root / "CelebAMask-HQ-mask-anno/0"
    masks.mkdir(parents=True)
    for number, item in enumerate(source.items()[:count]):
        picture = Image.fromarray(source.image(item, _PHOTOGRAPH))
        picture.save(root / f"CelebA-HQ-img/{number}.jpg", quality=95)
        labels = source.parsing(item, _MASK).labels
        for label in np.unique(labels[labels > 0]):
            grey = ((labels == label) * 255).astype(np.uint8)
            Image.fromarray(grey).convert("RGB").save(masks / f"{number:05d}_{LABELS[label]}.png")
    (root / "val.txt").write_text(f"{count - 1}.jpg\n")
