"""PNG files of masks, several times faster than a general decoder.

A mask is nearly all runs: what a general decoder spends on it is inflating and filtering rows of zeros. Here
libdeflate inflates, only filtered rows are visited, and of three equal channels one is decoded. Whatever is
unusual is left to the general decoder.
"""

from __future__ import annotations

import struct
import zlib

import deflate
import numpy as np

from matebit.io.images import MAX_PIXELS

_START = b"\x89PNG\r\n\x1a\n"
_HEAD = struct.Struct(">IIBBBBB")
_CHANNELS = {0: 1, 2: 3}  # by PNG's colour type: grey, RGB
_SUB, _UP, _PAETH = 1, 2, 4  # 3, the average, no mask that we know has


def decode_mask(data: bytes) -> np.ndarray | None:
    """An 8-bit PNG, grey or with three equal channels, as uint8 (H,W).

    None for a file that is anything else or is damaged: every checksum is compared.
    """
    chunks = _chunks(data)
    if chunks is None:
        return None
    (width, height, depth, colour, _, _, interlaced), packed = chunks
    channels = _CHANNELS.get(colour)
    if depth != 8 or channels is None or interlaced or width * height > MAX_PIXELS:
        return None
    size = height * (1 + width * channels)
    try:
        unpacked = deflate.zlib_decompress(packed, size)
    except deflate.DeflateError:
        return None
    if len(unpacked) != size:
        return None
    rows = np.frombuffer(unpacked, dtype=np.uint8).reshape(height, -1)
    if channels > 1 and not _grey(rows, channels):
        return None
    return _unfiltered(rows[:, 0], np.array(rows[:, 1::channels]))


def _grey(rows: np.ndarray, channels: int) -> bool:
    """Whether the channels of filtered rows uint8 (H,1+W*C) are equal.

    Each channel is filtered by itself: equal differences are equal channels. Neighbouring bytes of a
    mask seldom differ, so that the few that do are looked at: they must lie between two pixels.
    """
    flat = rows.reshape(-1)
    places = np.flatnonzero(flat[1:] != flat[:-1]) % rows.shape[1]
    return not (places % channels).any()


def _chunks(data: bytes) -> tuple[tuple[int, ...], bytes] | None:
    """The header and the packed rows; None where a piece is missing, damaged or of an unknown effect."""
    if not data.startswith(_START):
        return None
    place, header, packed = len(_START), None, []
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if (
            end > len(data)
            or zlib.crc32(data[place + 4 : end - 4]) != struct.unpack_from(">I", data, end - 4)[0]
        ):
            return None
        body = data[place + 8 : end - 4]
        if kind == b"IHDR" and length == _HEAD.size:
            header = _HEAD.unpack(body)
        elif kind == b"IDAT":
            packed.append(body)
        elif kind == b"IEND":
            return None if header is None else (header, b"".join(packed))
        elif kind == b"tRNS":
            return None
        place = end
    return None


def _unfiltered(filters: np.ndarray, plane: np.ndarray) -> np.ndarray | None:
    """Undo the filters of a plane uint8 (H,W) in place, row by row from the top (PNG 1.2, section 6)."""
    kinds = filters.tolist()
    nothing = np.zeros_like(plane[0])
    for row in np.flatnonzero(filters).tolist():
        above = plane[row - 1] if row else nothing
        if kinds[row] == _SUB:
            np.cumsum(plane[row], dtype=np.uint8, out=plane[row])
        elif kinds[row] == _UP:
            plane[row] += above
        elif kinds[row] == _PAETH:
            _add_paeth(plane[row], above)
        else:
            return None
    return plane


def _add_paeth(row: np.ndarray, above: np.ndarray) -> None:
    """Undo Paeth's filter of a row in place.

    Where the pixel above equals its left neighbour, the prediction is the pixel to the left: between the few
    places of a mask where they differ, the row is a running sum.
    """
    changes = np.flatnonzero(np.diff(above, prepend=np.uint8(0))).tolist()
    left = start = 0
    for place in (*changes, len(row)):
        if place > start:
            segment = row[start:place]
            segment[0] = (int(segment[0]) + left) & 255
            np.cumsum(segment, dtype=np.uint8, out=segment)
            left = int(segment[-1])
        if place < len(row):
            up, corner = int(above[place]), int(above[place - 1]) if place else 0
            left = (int(row[place]) + _paeth(left, up, corner)) & 255
            row[place] = left
        start = place + 1


def _paeth(left: int, up: int, corner: int) -> int:
    """Of the three neighbours the one nearest to left + up - corner; of equals the first."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
