"""What every pixel of a drawing shows; later stamps cover earlier ones."""

import numpy as np

from matebit.drawn.drawing.materials import Detail, Rank


class Layers:
    """What each pixel shows; arrays (H, W).

    label uint8, of the set's own labels; material uint8 (Material); part uint8 (0 = no surface);
    u, v float32 surface coordinates of the part;
    detail uint8 (Detail); rank uint8 (Rank); nx, ny float32 in [-1, 1], the normal of the form,
    x to the right and y down; strand float32, constant along a lock of hair or a fold;
    lines float32 in [0, 1], drawn lines that are no border between labels;
    cheek float32 in [0, 1], where a blush goes; ground float32 in [0, 1], shade on the background.
    """

    def __init__(self, height: int, width: int) -> None:
        self.label = np.zeros((height, width), np.uint8)
        self.material = np.zeros((height, width), np.uint8)
        self.part = np.zeros((height, width), np.uint8)
        self.detail = np.zeros((height, width), np.uint8)
        self.rank = np.zeros((height, width), np.uint8)
        self.u = np.full((height, width), np.nan, np.float32)
        self.v = np.full((height, width), np.nan, np.float32)
        self.nx = np.zeros((height, width), np.float32)
        self.ny = np.zeros((height, width), np.float32)
        self.strand = np.zeros((height, width), np.float32)
        self.lines = np.zeros((height, width), np.float32)
        self.cheek = np.zeros((height, width), np.float32)
        self.ground = np.zeros((height, width), np.float32)

    def stamp(
        self,
        mask: np.ndarray,
        label: int,
        u: np.ndarray,
        v: np.ndarray,
        *,
        part: int | None = None,
        rank: Rank | None = None,
        normal: tuple[np.ndarray, np.ndarray] | None = None,
        strand: np.ndarray | None = None,
        detail: Detail = Detail.NONE,
    ) -> None:
        """Cover `mask` (H, W) bool with a part; what is not given stays as it was below.

        A portrait's label is its material.
        """
        self.label[mask] = self.material[mask] = label
        self.part[mask] = label if part is None else part
        self.detail[mask] = detail
        self.u[mask] = u[mask]
        self.v[mask] = v[mask]
        if rank is not None:
            self.rank[mask] = rank
            self.lines[mask] = 0.0
        if normal is not None:
            self.nx[mask] = normal[0][mask]
            self.ny[mask] = normal[1][mask]
        if strand is not None:
            self.strand[mask] = strand[mask]

    def mark(self, mask: np.ndarray, detail: Detail) -> None:
        """Paint a detail where `mask` is true; label and surface stay."""
        self.detail[mask] = detail

    def draw(self, strength: np.ndarray, where: np.ndarray) -> None:
        """Add a drawn line of `strength` (H, W) in [0, 1] where the mask allows it."""
        np.maximum(self.lines, np.where(where, strength, 0).astype(np.float32), out=self.lines)
