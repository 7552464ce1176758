"""What one request may cost, so that no upload can fill the memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds on uploads and on how many wait.

    `bytes`: of one picture file; `pixels`: of one picture; `held`: bytes of all requests together that
    are being read or wait; `waiting`: requests together; `patience`: seconds for a body to arrive.
    """

    bytes: int = 32 * 2**20
    pixels: int = 50 * 10**6
    held: int = 256 * 2**20
    waiting: int = 64
    patience: float = 30.0


class Refused(Exception):
    """A request that is not served: HTTP status and one sentence for the person at the page."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
