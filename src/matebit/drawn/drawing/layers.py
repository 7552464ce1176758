"""What every pixel of a drawing shows: material, detail, nearness; later stamps cover earlier ones."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

import cv2
import numpy as np


class Material(IntEnum):
    """Materials; the first 19 are the labels of CelebAMask-HQ, so a face's label is its material."""

    NOTHING = 0
    SKIN = 1
    NOSE = 2
    EYE_G = 3
    L_EYE = 4
    R_EYE = 5
    L_BROW = 6
    R_BROW = 7
    L_EAR = 8
    R_EAR = 9
    MOUTH = 10
    U_LIP = 11
    L_LIP = 12
    HAIR = 13
    HAT = 14
    EAR_R = 15
    NECK_L = 16
    NECK = 17
    CLOTH = 18
    LOWER = 19  # trousers and skirts
    OUTER = 20  # coats and jackets
    SHOE = 21
    BAG = 22
    BELT = 23
    STOOL = 24


def made_of(material: np.ndarray, some: Iterable[int]) -> np.ndarray:
    """Which points of uint8 materials are made of one of `some`, bool of the same shape."""
    table = np.zeros(len(Material), bool)
    table[list(some)] = True
    return table[material]


class Detail(IntEnum):
    """What is painted inside a label; details have no label of their own."""

    NONE = 0
    SCLERA = 1
    IRIS = 2
    PUPIL = 3
    GLINT = 4
    LASH = 5
    NOSTRIL = 6
    TEETH = 7
    TRIM = 8
    LENS = 9


class Rank(IntEnum):
    """How near a layer is to us; a nearer layer casts a soft shadow on a farther one."""

    BACKGROUND = 0
    BEHIND = 1
    NECK = 2
    BODY = 3
    HEAD = 4
    FRONT = 5
    TOP = 6


Window = tuple[slice, slice]
"""Rows and columns of a picture."""


def window_of(mask: np.ndarray) -> Window:
    """The smallest window that holds all of a mask (H, W) bool; an empty one where nothing is true."""
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    return slice(top, top + height), slice(left, left + width)


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

    def within(self, window: Window) -> Layers:
        """The layers of a window of the picture: what is stamped there is stamped here."""
        part = Layers.__new__(Layers)
        for name, plane in vars(self).items():
            setattr(part, name, plane[window])
        return part

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
        material = np.uint8(label)
        planes: list[tuple[np.ndarray, np.ndarray | np.generic]] = [
            (self.label, material), (self.material, material),
            (self.part, material if part is None else np.uint8(part)),
            (self.detail, np.uint8(detail)), (self.u, u), (self.v, v),
        ]  # fmt: skip
        if rank is not None:
            planes += [(self.rank, np.uint8(rank)), (self.lines, np.float32(0))]
        if normal is not None:
            planes += [(self.nx, normal[0]), (self.ny, normal[1])]
        if strand is not None:
            planes.append((self.strand, strand))
        for plane, value in planes:
            np.copyto(plane, value, where=mask, casting="same_kind")

    def mark(self, mask: np.ndarray, detail: Detail) -> None:
        """Paint a detail where `mask` is true; label and surface stay."""
        np.copyto(self.detail, np.uint8(detail), where=mask)

    def draw(self, strength: np.ndarray, where: np.ndarray) -> None:
        """Add a drawn line of `strength` (H, W) in [0, 1] where the mask allows it."""
        np.maximum(self.lines, np.where(where, strength, 0).astype(np.float32), out=self.lines)
