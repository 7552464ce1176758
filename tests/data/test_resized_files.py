"""Files brought to a side: the same pixels as Pillow's plain calls, whatever the way there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from matebit.data.sources.files import read_resized
from matebit.io.images import read_rgb, resize_nearest


@pytest.mark.parametrize("shape", [(64, 64), (96, 96), (32, 32), (128, 96)])
def test_whole_multiples_take_the_pixels_of_pillow_too(shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(sum(shape)).integers(0, 256, shape, dtype=np.uint8)
    expected = Image.fromarray(plane).resize((32, 32), Image.Resampling.NEAREST)
    np.testing.assert_array_equal(resize_nearest(plane, 32), np.asarray(expected))


@pytest.mark.parametrize("mode", ["RGB", "L", "P", "CMYK", "RGBA", "I;16"])
@pytest.mark.parametrize("resample", ["bicubic", "bilinear"])
def test_a_file_is_resized_as_its_upright_pixels_are(mode: str, resample: str, tmp_path: Path) -> None:
    colours = np.random.default_rng(4).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    image = Image.fromarray(colours)
    if mode == "I;16":
        image = Image.fromarray(colours[..., 0].astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    path = tmp_path / ("x.tif" if mode == "CMYK" else "x.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(path, exif=exif)
    pixels = read_rgb(path)
    assert pixels.shape == ((60, 40, 3) if mode != "CMYK" else pixels.shape)
    kind = Image.Resampling[resample.upper()]
    expected = np.asarray(Image.fromarray(pixels).resize((24, 24), kind))
    np.testing.assert_array_equal(read_resized(path, 24, resample), expected)
