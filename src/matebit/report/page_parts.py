"""What every page of a report shares: templates, style, pictures, a policy that lets nothing be fetched."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from PIL import Image

from matebit.io.files import sha256_of_bytes

TEMPLATES = Path(__file__).parent / "templates"


def template_environment() -> Environment:
    """Jinja2 with every text escaped and every missing value an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style_text() -> str:
    """The style sheet."""
    return (TEMPLATES / "page.css").read_text(encoding="utf-8")


def script_text(*names: str) -> str:
    """Scripts by their file names, one after the other."""
    return "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)


def inline_json(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can close the element."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def content_policy(style: str, script: str | None = None) -> str:
    """A policy under which a page loads nothing but what is in it and runs no other script."""

    def digest(text: str) -> str:
        return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()

    scripts = "" if script is None else f"script-src 'sha256-{digest(script)}'; "
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest(style)}'; {scripts}"
        "base-uri 'none'; form-action 'none'"
    )


_QUOTES = 6  # bytes around a key and its picture, in JSON


class PictureStore:
    """PNG data URLs by a short key of their content."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self.urls: dict[str, str] = {}

    @property
    def size(self) -> int:
        """Bytes that the stored pictures take in the page."""
        return sum(len(key) + len(url) + _QUOTES for key, url in self.urls.items())

    def add(self, pixels: np.ndarray) -> str:
        """Keep (H,W,3) or (H,W) uint8, shrunk to the longest side, and give its key."""
        image = Image.fromarray(np.ascontiguousarray(pixels))
        if max(image.size) > self._longest:
            image.thumbnail((self._longest, self._longest), Image.Resampling.LANCZOS)
        buffer = io.BytesIO()
        image.save(buffer, format="PNG", optimize=True)
        data = buffer.getvalue()
        key = sha256_of_bytes(data)[:12]
        self.urls.setdefault(key, data_url(data))
        return key

    def drop(self, keys: set[str]) -> None:
        """Forget pictures."""
        for key in keys:
            self.urls.pop(key, None)


def data_url(data: bytes, kind: str = "png") -> str:
    """A data URL of a picture's bytes."""
    return f"data:image/{kind};base64," + base64.b64encode(data).decode("ascii")
