"""The files of the translate stage: images, warped exemplars, confidence maps, matches, and their index."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np

from matebit.contracts.translated import COST_FILE, TRANSLATED_COLUMNS
from matebit.io.arrays import write_arrays
from matebit.io.files import flush_all, sha256_of_bytes, write_bytes, write_json
from matebit.io.images import png_bytes
from matebit.io.tables import write_table


class Outputs:
    """Writes one method's folder anew; the index comes last, so a killed stage leaves none.

    `rank`: that of the exemplar under which methods are compared; images under others carry it in
    their name.
    """

    def __init__(self, folder: Path, rank: int) -> None:
        self.folder, self.rank = folder, rank
        self._rows: list[dict] = []
        shutil.rmtree(folder, ignore_errors=True)

    def image(self, item: str, exemplar: str, pixels: np.ndarray, rank: int | None = None) -> None:
        """The translated image of a test item, uint8 (S,S,3), under its exemplar of `rank`."""
        rank = self.rank if rank is None else rank
        name = f"images/{item}.png" if rank == self.rank else f"images/{item}_rank{rank}.png"
        self._keep(item, exemplar, rank, name, png_bytes(pixels))

    def given(self, item: str, exemplar: str, file: Path) -> None:
        """The image of a test item that another program has made, byte for byte."""
        name = f"images/{item}{file.suffix.lower()}"
        self._keep(item, exemplar, self.rank, name, file.read_bytes())

    def _keep(self, item: str, exemplar: str, rank: int, name: str, content: bytes) -> None:
        write_bytes(self.folder / name, content, flush=False)
        row = [item, exemplar, rank, name, sha256_of_bytes(content)]
        self._rows.append(dict(zip(TRANSLATED_COLUMNS, row, strict=True)))

    def cost(self, counted: dict[str, int]) -> None:
        """What the method needs, whatever the machine: see `matebit.translate.network`."""
        write_json(self.folder / COST_FILE, counted)

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
            self._aside(f"warp/{item}_block{block}.png", pixels)
            grey = np.rint((1 - unsure) * 255).astype(np.uint8)
            self._aside(f"confidence/{item}_block{block}.png", grey)
        target = self.folder / f"matches/{item}.npz"
        write_arrays(target, flush=False, argmax=argmax, soft=soft, unmatched=unmatched)

    def _aside(self, name: str, pixels: np.ndarray) -> None:
        write_bytes(self.folder / name, png_bytes(pixels), flush=False)

    def finish(self) -> None:
        """Write the index, sorted by id, when all else is on the disk."""
        flush_all(self.folder)
        rows = sorted(self._rows, key=lambda row: (row["id"], row["rank"]))
        write_table(self.folder / "index.csv", rows, TRANSLATED_COLUMNS)
