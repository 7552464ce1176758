"""From an order to the page's answer: decode, translate, and say what was matched."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from matebit.app.limits import Limits, Refused
from matebit.app.order import DRAWING, Order
from matebit.errors import MatebitError
from matebit.io.files import write_bytes
from matebit.io.images import decode_rgb, png_bytes
from matebit.translate import structure
from matebit.translate.enlarge import enlarged
from matebit.translate.gallery import Bundled, drawn
from matebit.translate.structure import Framed

if TYPE_CHECKING:
    from matebit.app.models import Models
    from matebit.translate.translator import Translated, Translator


def _pixels(data: bytes | None, portrait: str | Bundled, name: str, side: int, limits: Limits) -> np.ndarray:
    if isinstance(portrait, Bundled):
        return drawn(portrait.id, side)
    return decode_rgb(data or b"", name, limits.pixels)


def _framed(translator: Translator, order: Order, pixels: np.ndarray) -> Framed:
    size = translator.side()
    if order.structure == DRAWING:
        grey = np.asarray(Image.fromarray(pixels).convert("L"))
        return structure.of_drawing(grey, translator.conditions, size, order.fit)
    return structure.of_photo(pixels, translator.conditions, size, order.fit, "the picture")


def answer(
    models: Models, order: Order, body: bytes, side: int, limits: Limits, keep: Path | None
) -> dict[str, Any]:
    """Translate what was ordered. `side`: px of bundled portraits; `keep`: where results are stored, if.

    Raises `Refused` for a picture that cannot be used.
    """
    first, second = order.parts(body, limits)
    try:
        translator = models.get(order.checkpoint)
        pixels = _pixels(first, order.structure, "the picture", side, limits)
        exemplar = _pixels(second, order.exemplar, "the exemplar", side, limits)
        framed = _framed(translator, order, pixels)
        shown = translator.exemplar(exemplar, framed.frame.size, framed.frame.fit)
        far = translator.far(framed, shown, "the picture", "the exemplar")
        found = translator.examine(framed, shown)
    except MatebitError as error:
        raise Refused(400, str(error)) from error
    content = png_bytes(enlarged(found.image, framed, order.enlarge))
    if keep is not None:
        write_bytes(_next_free(keep), content)
    return as_json(found, content, far)


def _next_free(folder: Path) -> Path:
    numbers = [int(path.stem[7:]) for path in folder.glob("result-*.png") if path.stem[7:].isdecimal()]
    return folder / f"result-{max(numbers, default=0) + 1:05d}.png"


def _address(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _bytes(values: np.ndarray) -> str:
    """Numbers in [0,1] as bytes 0 to 255, in base64."""
    return base64.b64encode(np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8).tobytes()).decode()


def as_json(found: Translated, content: bytes, far: Sequence[str] = ()) -> dict[str, Any]:
    """Pictures as data addresses; matches (x, y of every cell of the token grid) as bytes in base64.

    `far`: sentences about what lies far from the checkpoint's training. `inner`: left, top, width, height of
    the result in the square that the grid covers, as shares.
    """
    size, matched = found.frame.size, found.matched
    lines = found.frame.cut_out(255 - found.condition[0])
    return {
        "image": _address(content),
        "exemplar": _address(png_bytes(found.exemplar)),
        "lines": _address(png_bytes(lines)),
        "far": list(far),
        "inner": [value / size for value in found.frame.inner],
        "matched": matched
        and {
            "grid": list(matched.confidence.shape),
            "xy": _bytes(np.moveaxis(matched.argmax, 0, -1)),
            "confidence": _bytes(matched.confidence),
        },
    }
