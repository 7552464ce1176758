"""Mask files decoded fast against Pillow, with every filter, and damaged ones left to it."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from matebit.data.sources.mask_png import decode_mask


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(rows: bytes, width: int, height: int, colour: int, more: bytes = b"", interlaced: int = 0) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, interlaced)
    parts = [chunk(b"IHDR", head), more, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def random_rows(rng: np.random.Generator, height: int, width: int, channels: int, filters: tuple) -> bytes:
    """Filtered rows with few differences, as a mask has; all channels alike."""
    grey = rng.integers(0, 256, (height, width)) * (rng.random((height, width)) < 0.1)
    rows = np.repeat(grey.astype(np.uint8), channels, axis=1)
    return b"".join(bytes([rng.choice(filters)]) + row.tobytes() for row in rows)


@settings(max_examples=40, deadline=None, print_blob=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    height=st.integers(1, 20),
    width=st.integers(1, 30),
    colour=st.sampled_from([0, 2]),
)
def test_any_filters_give_what_pillow_gives(seed: int, height: int, width: int, colour: int) -> None:
    rng = np.random.default_rng(seed)
    data = png(random_rows(rng, height, width, 1 + colour, (0, 1, 2, 4)), width, height, colour)
    found = decode_mask(data)
    assert found is not None
    np.testing.assert_array_equal(found, np.asarray(Image.open(io.BytesIO(data)).convert("L")))


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_files_of_pillow(mode: str) -> None:
    ys, xs = np.mgrid[:96, :96]
    mask = (((ys - 40) ** 2 + (xs - 50) ** 2 < 900) * 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(mask).convert(mode).save(buffer, "PNG")
    found = decode_mask(buffer.getvalue())
    assert found is not None
    np.testing.assert_array_equal(found, mask)


def test_what_is_unusual_is_left_to_the_general_decoder() -> None:
    rng = np.random.default_rng(3)
    rows = random_rows(rng, 8, 8, 1, (0,))
    coloured = bytearray(random_rows(rng, 8, 8, 3, (0,)))
    coloured[2] ^= 255
    assert decode_mask(png(rows, 8, 8, 0)) is not None
    for unusual in (
        png(bytes(coloured), 8, 8, 2),
        png(rows, 8, 8, 0, interlaced=1),
        png(rows, 8, 8, 0, more=chunk(b"tRNS", b"\0\0")),
        png(b"\3" + rows[1:], 8, 8, 0),
        png(rows, 8, 9, 0),
        png(rows, 30_000, 30_000, 0),
        b"GIF89a",
        b"",
    ):
        assert decode_mask(unusual) is None


def test_one_wrong_byte_anywhere_is_noticed() -> None:
    data = png(random_rows(np.random.default_rng(5), 8, 8, 3, (0, 1)), 8, 8, 2)
    for place in range(len(data)):
        spoiled = bytearray(data)
        spoiled[place] ^= 0x10
        assert decode_mask(bytes(spoiled)) is None, place
    for end in range(len(data)):
        assert decode_mask(data[:end]) is None, end


def test_real_masks(shared_data: Path) -> None:
    files = sorted((shared_data / "celebahq-sample/CelebAMask-HQ-mask-anno").rglob("*.png"))
    assert files
    for path in files[::6]:
        found = decode_mask(path.read_bytes())
        assert found is not None
        np.testing.assert_array_equal(found, np.asarray(Image.open(path).convert("L")))
