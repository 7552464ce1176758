"""One translation at a time; the others wait in order, and not too many of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from matebit.app.limits import Limits, Refused

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
