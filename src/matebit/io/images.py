"""Reading images of any origin, writing PNG files whose bytes depend on the pixels alone."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from matebit.errors import MatebitError
from matebit.io.files import sha256_of_bytes, write_bytes
from matebit.io.foreign import HEAD, what_it_is

# A 30,000 x 30,000 px image would need 2.7 GB; nothing in this field comes near a tenth of this.
MAX_PIXELS = 100_000_000

# What Pillow may read here: nothing that it hands to another program (EPS) or that only begins like an image.
FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM", "JPEG2000", "AVIF")


class BrokenImage(MatebitError):
    """An image that cannot be read: truncated, not an image, too large. The message names the file."""


def _open(source: Path | BinaryIO, name: str, max_pixels: int) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # The bound below is ours and is an error; Pillow's own is only a warning.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(source, formats=FORMATS)
            if image.width * image.height > max_pixels:
                raise BrokenImage(
                    f"{name} has {image.width} x {image.height} pixels, more than the bound of "
                    f"{max_pixels:,}; shrink it"
                )
            image.load()
    except FileNotFoundError as error:
        raise BrokenImage(f"{name} does not exist") from error
    except BrokenImage:
        raise
    except Image.DecompressionBombError as error:  # Pillow's own bound comes first for very large ones
        raise BrokenImage(f"{name} has more pixels than the bound of {max_pixels:,}; shrink it") from error
    except Exception as error:  # Pillow raises many kinds, from SyntaxError to struct.error
        if what := what_it_is(_head(source)):
            raise BrokenImage(f"{name} is {what}") from error
        # What Pillow says of an object in memory is its address.
        why = "no image format is known to it" if isinstance(error, UnidentifiedImageError) else error
        raise BrokenImage(f"{name} cannot be read as an image ({why}); replace or remove it") from error
    return image


def _head(source: Path | BinaryIO) -> bytes:
    """The first bytes, none where there is no reading."""
    try:
        if isinstance(source, Path):
            with source.open("rb") as stream:
                return stream.read(HEAD)
        source.seek(0)
        return source.read(HEAD)
    except OSError:
        return b""


def read_rgb(path: Path, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Read an image as uint8 (H,W,3) RGB, upright; see `upright_rgb`. Raises `BrokenImage`."""
    return np.asarray(read_image(path, max_pixels))


def read_image(path: Path, max_pixels: int = MAX_PIXELS) -> Image.Image:
    """The same as an image of Pillow, to be resized there without a copy in between."""
    return _upright(_open(Path(path), str(path), max_pixels), str(path))


def decode_rgb(data: bytes, name: str, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """The same for an image's bytes in memory, which messages call `name`."""
    return np.asarray(_upright(_open(io.BytesIO(data), name, max_pixels), name))


def upright_rgb(image: Image.Image) -> np.ndarray:
    """Any image of Pillow as uint8 (H,W,3) RGB.

    EXIF rotation is applied; 16-bit, grey, palette and CMYK images are converted; transparency is laid
    on white.
    """
    return np.asarray(_upright(image.copy(), "the picture"))


def _upright(image: Image.Image, name: str) -> Image.Image:
    """See `upright_rgb`; `image` itself may be turned."""
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(image, dtype=np.float64)
        if image.mode == "F":
            return Image.fromarray(_grey_of_floats(values, name)).convert("RGB")
        # 16-bit files use the whole range; 32-bit ones are read as if they did.
        grey = np.clip(values / 257.0 if values.max(initial=0) > 255 else values, 0, 255)
        return Image.fromarray(np.rint(grey).astype(np.uint8)).convert("RGB")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        image = Image.alpha_composite(paper, layer)
    return image if image.mode == "RGB" else image.convert("RGB")


def _grey_of_floats(values: np.ndarray, name: str) -> np.ndarray:
    """Floating numbers as uint8: 0 to 1, to 255 or to 65535 is black to white; others are refused."""
    if not np.isfinite(values).all():
        raise BrokenImage(f"{name} holds floating numbers that are not finite; convert it to 8 bits")
    largest = values.max(initial=0)
    if values.min(initial=0) < 0 or largest > 65535:
        raise BrokenImage(
            f"{name} holds floating numbers beyond 0 to 1 (or 255, or 65535); convert it to 8 bits"
        )
    whole = 1.0 if largest <= 1 else 255.0 if largest <= 255 else 65535.0
    return np.rint(values / whole * 255).astype(np.uint8)


def read_plane(path: Path, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Read one value a pixel as uint8 (H,W): grey, the indices of a palette, or colours with equal channels.

    Raises `BrokenImage`, also for a JPEG, whose values are not those that were saved.
    """
    image = _open(Path(path), str(path), max_pixels)
    if image.format == "JPEG":
        raise BrokenImage(
            f"{path} is a JPEG, whose values are only nearly those that were saved; give a PNG, or the table "
            "of its colours (data.folder.colours)"
        )
    if image.mode in ("RGB", "RGBA", "LA"):
        *channels, alpha = np.moveaxis(np.asarray(image.convert("RGBA")), 2, 0)
        if all((channel == channels[0]).all() for channel in channels) and alpha.min(initial=255) == 255:
            return channels[0]
        raise BrokenImage(
            f"{path} has colours (mode {image.mode}), not one 8-bit channel; convert it to grey or indexed, "
            "or give the table of its colours (data.folder.colours)"
        )
    if image.mode not in ("L", "P", "1"):
        raise BrokenImage(
            f"{path} has mode {image.mode}, not one 8-bit channel; convert it to grey or indexed"
        )
    return np.asarray(image.convert("L") if image.mode == "1" else image)


def resize_nearest(plane: np.ndarray, size: int) -> np.ndarray:
    """A uint8 plane (H,W) as (size,size): the pixels that Pillow's nearest takes, found faster."""
    if plane.shape == (size, size):
        return plane
    times, rest = divmod(plane.shape[0], size)
    if plane.shape == (size * times, size * times) and not rest:
        return np.ascontiguousarray(plane[times // 2 :: times, times // 2 :: times])
    return cv2.resize(plane, (size, size), interpolation=cv2.INTER_NEAREST_EXACT)


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


# One filter for all rows: choosing one for each costs more than it saves. Distance maps are runs as
# they are, and decode fastest without a filter.
_OPTIONS = [
    cv2.IMWRITE_PNG_COMPRESSION, 3,
    cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT,
    cv2.IMWRITE_PNG_FILTER,
]  # fmt: skip


def save_png(target: Path, pixels: np.ndarray) -> str:
    """Write uint8 (H,W) or (H,W,3) RGB as PNG, atomically, not flushed; returns the file's SHA-256."""
    if pixels.ndim == 2:
        encoded = cv2.imencode(".png", pixels, [*_OPTIONS, cv2.IMWRITE_PNG_FILTER_NONE])[1]
    else:
        bgr = cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR)
        encoded = cv2.imencode(".png", bgr, [*_OPTIONS, cv2.IMWRITE_PNG_FILTER_UP])[1]
    data = encoded.tobytes()
    write_bytes(target, data, flush=False)
    return sha256_of_bytes(data)


def load_png(path: Path, grey: bool) -> np.ndarray:
    """Read a PNG of an earlier stage: uint8 (H,W) if `grey`, else (H,W,3) RGB.

    OpenCV decodes fastest. Raises `MatebitError` for a file that is absent or broken.
    """
    try:
        data = np.fromfile(path, dtype=np.uint8)
        mode = cv2.IMREAD_GRAYSCALE if grey else cv2.IMREAD_COLOR_RGB
        pixels = cv2.imdecode(data, mode) if data.size else None
    except FileNotFoundError as error:
        raise MatebitError(f"{path} does not exist; run the stage that writes it") from error
    if pixels is None:
        raise MatebitError(f"{path} is not a whole PNG; delete it and run its stage again")
    return pixels
