"""What one request may cost, so that no upload can fill the memory, and how many wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar


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


T = TypeVar("T")


class Queue:
    """Places for requests, the bytes that they hold, and the device's one worker."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        # One thread: whoever leaves while it works does not let the next one in too early.
        self._device = ThreadPoolExecutor(max_workers=1, thread_name_prefix="device")
        self._places = self._held = 0

    @contextmanager
    def place(self, size: int) -> Iterator[None]:
        """A place for a request with a body of `size` bytes; `Refused` where none is free."""
        if self._places >= self._limits.waiting or self._held + size > self._limits.held:
            raise Refused(503, f"{self._places} others are waiting already; please try again in a moment")
        self._places, self._held = self._places + 1, self._held + size
        try:
            yield
        finally:
            self._places, self._held = self._places - 1, self._held - size

    async def run(self, work: Callable[[], T]) -> T:
        """Do `work` in the device's thread when it is its turn."""
        return await asyncio.get_running_loop().run_in_executor(self._device, work)
