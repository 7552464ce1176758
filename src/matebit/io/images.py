"""Reading images of any origin, writing PNG files whose bytes depend on the pixels alone."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from matebit.errors import MatebitError
from matebit.io.files import write_bytes

# A 30,000 x 30,000 px image would need 2.7 GB; nothing in this field comes near a tenth of this.
MAX_PIXELS = 100_000_000


class BrokenImage(MatebitError):
    """An image that cannot be read: truncated, not an image, too large. The message names the file."""


def _open(path: Path, max_pixels: int) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # The bound below is ours and is an error; Pillow's own is only a warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(path)
            if image.width * image.height > max_pixels:
                raise BrokenImage(
                    f"{path} has {image.width} x {image.height} pixels, more than the bound of "
                    f"{max_pixels:,}; shrink it"
                )
            image.load()
    except FileNotFoundError as error:
        raise BrokenImage(f"{path} does not exist") from error
    except BrokenImage:
        raise
    except Exception as error:  # Pillow raises many kinds, from SyntaxError to struct.error
        raise BrokenImage(f"{path} cannot be read as an image ({error}); replace or remove it") from error
    return image


def read_rgb(path: Path, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Read an image as uint8 (H,W,3) RGB, upright.

    EXIF rotation is applied; 16-bit, grey, palette and CMYK images are converted; transparency is laid
    on white. Raises `BrokenImage` with one sentence otherwise.
    """
    image = ImageOps.exif_transpose(_open(Path(path), max_pixels))
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(image, dtype=np.float64)
        # 16-bit files use the whole range; 32-bit ones are read as if they did.
        grey = np.clip(values / 257.0 if values.max(initial=0) > 255 else values, 0, 255)
        return np.repeat(np.rint(grey).astype(np.uint8)[..., None], 3, axis=2)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(paper, layer)
    return np.asarray(image.convert("RGB"))


def read_plane(path: Path, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Read a single-channel image (grey or the indices of a palette) as uint8 (H,W)."""
    image = _open(Path(path), max_pixels)
    if image.mode not in ("L", "P", "1"):
        raise BrokenImage(
            f"{path} has mode {image.mode}, not one 8-bit channel; convert it to grey or indexed"
        )
    return np.asarray(image.convert("L") if image.mode == "1" else image)


def png_bytes(pixels: np.ndarray, palette: list[int] | None = None) -> bytes:
    """Encode uint8 (H,W) or (H,W,3) as PNG; with `palette` (flat RGB list) an indexed PNG."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if palette is not None:
        image = image.convert("P") if image.mode != "L" else image
        image.putpalette(palette)
    buffer = io.BytesIO()
    # A low level: the files are many and small, and the time goes into training.
    image.save(buffer, format="PNG", compress_level=3)
    return buffer.getvalue()


def write_png(target: Path, pixels: np.ndarray, palette: list[int] | None = None) -> None:
    """Write uint8 pixels as PNG atomically; see `png_bytes`."""
    write_bytes(target, png_bytes(pixels, palette))
