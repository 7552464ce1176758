"""Faces in the frame of CelebA-HQ: the map that brings a picture there, and the picture brought there.

The frame is the oriented square of Karras et al. (ICLR 2018, appendix C), which FFHQ and MetFaces use too.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass

import cv2
import numpy as np

from matebit.data.sources.files import Resample, resize_image
from matebit.io.images import BrokenImage, resize_nearest

# In the order of iBUG 300-W: the eye at the picture's left, the other, the corners of the mouth.
_EYES = (slice(36, 42), slice(42, 48))
_MOUTH_CORNERS = (48, 54)

# Of a face, in px of its picture: what is smaller is none, or is given in other units.
_LEAST_FACE = 2.0
# A larger face is sampled at this many px a side; training sizes are far below.
_LARGEST_SIDE = 4096
# Share of the frame's side over which a pasted square fades.
_RIM = 0.08

_INTERPOLATION = {"bicubic": cv2.INTER_CUBIC, "bilinear": cv2.INTER_LINEAR}


@dataclass(frozen=True)
class Alignment:
    """The affine map from a picture to the frame: u = a x + b y + c, v = d x + e y + f.

    x and y are parts of the picture's width and height, u and v of the frame's side: so it fits a label
    map of another size as well.
    """

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def points(self, places: np.ndarray) -> np.ndarray:
        """Points (N,2) of the picture in the frame, all as parts."""
        matrix = np.array(astuple(self)).reshape(2, 3)
        return places @ matrix[:, :2].T + matrix[:, 2]

    def image(self, pixels: np.ndarray, size: int, resample: Resample) -> np.ndarray:
        """uint8 (H,W,3) in the frame, (size,size,3); beyond its borders the picture is mirrored."""
        to_picture = self._to_picture(pixels.shape)
        seen = float(np.hypot(*to_picture[:, 0]))  # px of the picture along the frame's side
        side = int(min(max(size, round(seen)), _LARGEST_SIDE))
        # First at the picture's own scale, so that every pixel counts when it is made smaller.
        turned = _sampled(pixels, to_picture, side, _INTERPOLATION[resample])
        return resize_image(turned, size, resample)

    def labels(self, plane: np.ndarray, size: int) -> np.ndarray:
        """A uint8 plane (H,W) in the frame, (size,size): the nearest pixels, mirrored as `image` is."""
        return _sampled(plane, self._to_picture(plane.shape), size, cv2.INTER_NEAREST)

    def paste(self, square: np.ndarray, picture: np.ndarray) -> np.ndarray:
        """uint8 (S,S,3), which lies in the frame, laid over the picture (H,W,3) that was brought there.

        The rim of the square fades into the picture.
        """
        to_picture = self._to_picture(picture.shape)
        seen = max(1, round(float(np.hypot(*to_picture[:, 0]))))
        square = resize_image(square, min(seen, len(square)), "bicubic")
        place = _px_to_px(to_picture, len(square))
        steps = np.minimum(np.arange(len(square)), np.arange(len(square))[::-1]) + 1.0
        fading = np.minimum(steps / max(1.0, len(square) * _RIM), 1.0)
        size = picture.shape[1::-1]
        weight = cv2.warpAffine(np.minimum.outer(fading, fading), place, size, flags=cv2.INTER_LINEAR)[
            ..., None
        ]
        laid = cv2.warpAffine(square, place, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        return np.rint(laid * weight + picture * (1 - weight)).astype(np.uint8)

    def _to_picture(self, shape: tuple[int, ...]) -> np.ndarray:
        """(2,3): from parts of the frame to px of a picture of `shape`."""
        whole = np.linalg.inv([astuple(self)[:3], astuple(self)[3:], (0, 0, 1)])
        return np.diag([shape[1], shape[0]]) @ whole[:2]


def _sampled(pixels: np.ndarray, to_picture: np.ndarray, side: int, interpolation: int) -> np.ndarray:
    return cv2.warpAffine(
        pixels,
        _px_to_px(to_picture, side),
        (side, side),
        flags=interpolation | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REFLECT_101,
    )


def _px_to_px(to_picture: np.ndarray, side: int) -> np.ndarray:
    """(2,3) as OpenCV wants it: from px of a frame of `side` px to px of the picture."""
    # OpenCV counts from the middle of the first pixel, parts from its corner.
    linear = to_picture[:, :2] / side
    shift = to_picture[:, 2] + linear.sum(axis=1) / 2 - 0.5
    return np.column_stack([linear, shift])


def labels_in(plane: np.ndarray, size: int, alignment: Alignment | None) -> np.ndarray:
    """A uint8 plane (H,W) as (size,size): whole, or in the frame."""
    return resize_nearest(plane, size) if alignment is None else alignment.labels(plane, size)


def alignment_of(landmarks: np.ndarray, size: tuple[int, int], origin: str) -> Alignment:
    """The map for a face with `landmarks` (68,2), parts of a picture of `size` (width, height) in px.

    Raises `BrokenImage` for points that span no face, lie outside the picture or are numbered the wrong
    way round.
    """
    points = landmarks * size
    eyes = np.array([points[eye].mean(axis=0) for eye in _EYES])
    middle, mouth = eyes.mean(axis=0), points[list(_MOUTH_CORNERS)].mean(axis=0)
    across, down = eyes[1] - eyes[0], mouth - middle
    if min(np.hypot(*across), np.hypot(*down)) < _LEAST_FACE:
        raise BrokenImage(
            f"the landmarks of {origin} span no face (less than {_LEAST_FACE:g} px between the eyes, or "
            "from them to the mouth); give them in px of the picture"
        )
    centres = np.array([*eyes, mouth])
    if (centres < 0).any() or (centres > size).any():
        raise BrokenImage(
            f"the landmarks of {origin} lie outside the picture of {size[0]} x {size[1]} px; they were "
            "found at another size"
        )
    # Eyes and mouth both say where right is; of a face seen from the side, one alone says little.
    to_right = np.array([down[1], -down[0]])
    if across @ to_right <= 0:
        raise BrokenImage(
            f"the landmarks of {origin} are those of a mirrored face; number them as iBUG 300-W does"
        )
    right = across + to_right
    half = max(2.0 * np.hypot(*across), 1.8 * np.hypot(*down))
    axes = np.array([right, (-right[1], right[0])]) / np.hypot(*right)  # the frame's x and y axis, in px
    centre = middle + 0.1 * down
    linear = axes * size / (2 * half)
    shift = 0.5 - axes @ centre / (2 * half)
    rows = np.column_stack([linear, shift]).ravel()
    # As many digits as the table keeps: later stages read it from there, and make the same pixels.
    return Alignment(*(float(f"{number:.9g}") for number in rows))
