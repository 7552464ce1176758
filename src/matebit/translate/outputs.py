"""The files of the translate stage: images, warped exemplars, confidence maps, matches, and their index."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from matebit.io.arrays import write_arrays
from matebit.io.files import sha256_of_bytes, write_bytes
from matebit.io.images import png_bytes, write_png
from matebit.io.tables import write_table

COLUMNS = ["id", "exemplar", "rank", "image", "image_sha256"]


class Outputs:
    """Writes one method's folder anew; the index comes last, so a killed stage leaves none."""

    def __init__(self, folder: Path, rank: int) -> None:
        self.folder, self.rank = folder, rank
        self._rows: list[dict] = []
        shutil.rmtree(folder, ignore_errors=True)

    def image(self, item: str, exemplar: str, pixels: np.ndarray) -> None:
        """The translated image of a test item, uint8 (S,S,3)."""
        name = f"images/{item}.png"
        content = png_bytes(pixels)
        write_bytes(self.folder / name, content)
        self._rows.append(
            {
                "id": item,
                "exemplar": exemplar,
                "rank": self.rank,
                "image": name,
                "image_sha256": sha256_of_bytes(content),
            }
        )

    def correspondence(
        self,
        item: str,
        warped: np.ndarray,
        unmatched: np.ndarray,
        argmax: np.ndarray,
        soft: np.ndarray,
    ) -> None:
        """What each of L blocks matched, on the token grid (h,w).

        `warped` uint8 (L,h,w,3), `unmatched` = 1 - confidence float32 (L,h,w) in [0,1], `argmax` and
        `soft` float32 (L,2,h,w): x, y in [0,1] on the exemplar.
        """
        for block, (pixels, unsure) in enumerate(zip(warped, unmatched, strict=True)):
            write_png(self.folder / f"warp/{item}_block{block}.png", pixels)
            grey = np.rint((1 - unsure) * 255).astype(np.uint8)
            write_png(self.folder / f"confidence/{item}_block{block}.png", grey)
        write_arrays(self.folder / f"matches/{item}.npz", argmax=argmax, soft=soft, unmatched=unmatched)

    def finish(self) -> None:
        """Write the index, sorted by id."""
        rows = sorted(self._rows, key=lambda row: row["id"])
        write_table(self.folder / "index.csv", rows, COLUMNS)
