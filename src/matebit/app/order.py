"""What the page asks for, read from a request within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import ClientDisconnect, Request

from matebit.app.limits import Limits, Refused
from matebit.errors import MatebitError
from matebit.translate.enlarge import checked_factor
from matebit.translate.framing import Fit, checked_fit
from matebit.translate.gallery import Bundled, bundled

PHOTO, DRAWING, UPLOAD = "photo", "drawing", "upload"


@dataclass(frozen=True)
class Order:
    """The words of `POST /translate?structure=S&exemplar=E&structure_bytes=N&fit=F&enlarge=K&checkpoint=C`.

    structure: `photo` or `drawing`, whose file is the body's first N bytes, or a bundled sitter's id.
    exemplar: `upload`, whose file is the rest of the body, or a bundled portrait's id.
    checkpoint: a number of `about.json`.
    """

    structure: str | Bundled
    exemplar: str | Bundled
    structure_bytes: int
    fit: Fit
    enlarge: int = 1
    checkpoint: str = "0"

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Order:
        """Check the words. Raises `Refused`."""
        try:
            structure, exemplar = words.get("structure", ""), words.get("exemplar", "")
            amount = words.get("structure_bytes", "0")
            if not (amount.isascii() and amount.isdecimal() and len(amount) < 12):
                raise MatebitError("structure_bytes is a number of bytes")
            return cls(
                structure if structure in (PHOTO, DRAWING) else bundled(structure),
                exemplar if exemplar == UPLOAD else bundled(exemplar),
                int(amount),
                checked_fit(words.get("fit", "pad")),
                _factor(words.get("enlarge", "1")),
                words.get("checkpoint", "0"),
            )
        except MatebitError as error:
            raise Refused(400, str(error)) from error

    def parts(self, body: bytes, limits: Limits) -> tuple[bytes | None, bytes | None]:
        """The two files in the body, None for a bundled portrait. Raises `Refused`."""
        split = self.structure_bytes
        if split > len(body):
            raise Refused(400, "the upload ended early; please try again")
        first, rest = body[:split], body[split:]
        if (isinstance(self.structure, Bundled) and first) or (isinstance(self.exemplar, Bundled) and rest):
            raise Refused(400, "the upload holds more than was asked for")
        for name, data in (("picture", first), ("exemplar", rest)):
            if len(data) > limits.bytes:
                raise Refused(413, f"the {name} has more than {limits.bytes // 2**20} MB; make it smaller")
        return (
            None if isinstance(self.structure, Bundled) else first,
            None if isinstance(self.exemplar, Bundled) else rest,
        )


def _factor(word: str) -> int:
    if not (word.isascii() and word.isdecimal() and len(word) < 4):
        raise MatebitError("enlarge is a whole number")
    return checked_factor(int(word))


def declared_length(request: Request, limits: Limits) -> int:
    """The length that the request says its body has. Raises `Refused` where it is absent or too long."""
    said = request.headers.get("content-length", "")
    if not (said.isascii() and said.isdecimal() and len(said) < 16):
        raise Refused(411, "the upload does not say how long it is")
    if int(said) > 2 * limits.bytes:
        raise Refused(413, f"a picture may have {limits.bytes // 2**20} MB; make it smaller")
    return int(said)


async def read_body(request: Request, length: int, limits: Limits) -> bytes:
    """The body, no longer than it said. Raises `Refused` where it is not, or takes too long."""
    body = bytearray()
    try:
        async with asyncio.timeout(limits.patience):
            async for piece in request.stream():
                body += piece
                if len(body) > length:
                    raise Refused(400, "the upload is longer than it said")
    except TimeoutError as error:
        raise Refused(408, "the upload took too long; please try again") from error
    except ClientDisconnect as error:
        raise Refused(400, "the upload was broken off") from error
    if len(body) < length:
        raise Refused(400, "the upload ended early; please try again")
    return bytes(body)
