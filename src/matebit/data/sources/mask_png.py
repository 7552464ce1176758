"""PNG files of masks, several times faster than a general decoder.

A mask is nearly all runs: what a general decoder spends on it is inflating and filtering rows of zeros. Here
libdeflate inflates, the few bytes that are not zero are looked up, only filtered rows are visited, and of
three equal channels one is decoded. Whatever is unusual is left to the general decoder.
"""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

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
    flat = np.frombuffer(unpacked, dtype=np.uint8)
    places = _nonzero(flat)
    lines, columns = np.divmod(places, 1 + width * channels)
    values, heads = flat[places], columns == 0
    filters = np.zeros(height, dtype=np.uint8)
    filters[lines[heads]] = values[heads]
    pixels = ~heads
    found = _one_channel(columns[pixels] - 1, values[pixels], channels)
    if found is None:
        return None
    plane = np.zeros((height, width), dtype=np.uint8)
    plane[lines[pixels][::channels], found[0]] = found[1]
    return _unfiltered(filters, plane)


def _nonzero(flat: np.ndarray) -> np.ndarray:
    """Where the bytes (N,) are not zero: as `np.flatnonzero`, faster where few are."""
    whole = len(flat) // 64 * 64
    busy = (flat[:whole].view(np.uint64) != 0).view(np.uint64)  # a word for 64 bytes
    blocks = np.flatnonzero(busy)
    found = np.flatnonzero(flat[:whole].reshape(-1, 64)[blocks] != 0)
    return np.concatenate([blocks[found // 64] * 64 + found % 64, whole + np.flatnonzero(flat[whole:])])


def _one_channel(
    columns: np.ndarray, values: np.ndarray, channels: int
) -> tuple[np.ndarray, np.ndarray] | None:
    """Columns and values of one channel, from those of the bytes that are not zero; None if they differ.

    Each channel is filtered by itself: equal differences are equal channels.
    """
    if channels == 1:
        return columns, values
    if len(values) % channels:
        return None
    columns, values = columns.reshape(-1, channels), values.reshape(-1, channels)
    first = columns[:, :1]
    side_by_side = (columns == first + np.arange(channels)).all() and not (first % channels).any()
    if not side_by_side or (values != values[:, :1]).any():
        return None
    return first[:, 0] // channels, values[:, 0]


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
        kind, pixels = kinds[row], plane[row]
        above = plane[row - 1] if row else nothing
        if kind == _UP:
            np.add(pixels, above, out=pixels)
        elif kind == _SUB:
            np.add.accumulate(pixels, dtype=np.uint8, out=pixels)
        elif kind == _PAETH:
            _add_paeth(pixels, above)
        else:
            return None
    return plane


def _add_paeth(row: np.ndarray, above: np.ndarray) -> None:
    """Undo Paeth's filter of a row in place.

    Where the pixel above equals its left neighbour, the prediction is the pixel to the left: so the row
    changes only where the one above does or where a difference is stored.
    """
    changes = np.flatnonzero(above[1:] != above[:-1]) + 1
    places = sorted({0, *changes.tolist(), *np.flatnonzero(row).tolist()})
    left = 0
    for place, end in pairwise([*places, len(row)]):
        up, corner = int(above[place]), int(above[place - 1]) if place else 0
        left = (int(row[place]) + _paeth(left, up, corner)) & 255
        row[place:end] = left


def _paeth(left: int, up: int, corner: int) -> int:
    """Of the three neighbours the one nearest to left + up - corner; of equals the first."""
    guess = left + up - corner
    return min((left, up, corner), key=lambda value: abs(guess - value))
