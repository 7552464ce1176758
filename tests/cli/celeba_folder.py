"""A folder in the layout of CelebAMask-HQ: plain heads, small enough for a test of the commands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 48
PARTS = {"skin": (8, 8, 40, 40), "hair": (4, 8, 12, 40), "nose": (22, 22, 28, 26), "mouth": (32, 18, 35, 30)}


def write_folder(root: Path, train: int = 4, test: int = 2) -> Path:
    """`train` images in no list, then `test` images in `val.txt`."""
    rng = np.random.default_rng(0)
    for number in range(train + test):
        pixels = np.full((SIDE, SIDE, 3), rng.integers(0, 255, 3), np.uint8)
        for name, (top, left, bottom, right) in PARTS.items():
            pixels[top:bottom, left:right] = rng.integers(0, 255, 3)
            mask = np.zeros((SIDE, SIDE), np.uint8)
            mask[top:bottom, left:right] = 255
            path = root / f"CelebAMask-HQ-mask-anno/0/{number:05d}_{name}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(mask).save(path)
        # Each with spots of its own, or two of them would show the same.
        spots = np.kron(rng.integers(-60, 61, (SIDE // 4, SIDE // 4, 1)), np.ones((4, 4, 1)))
        pixels = np.clip(pixels + spots, 0, 255).astype(np.uint8)
        (root / "CelebA-HQ-img").mkdir(exist_ok=True)
        Image.fromarray(pixels).save(root / f"CelebA-HQ-img/{number}.jpg", quality=95)
    (root / "val.txt").write_text("".join(f"{train + k}.jpg\n" for k in range(test)))
    return root
