"""Memory that a process keeps for its next image or step."""

from __future__ import annotations

import ctypes
import platform

# Of glibc's mallopt (malloc.h): the size from which memory is the system's, and how much stays when freed.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST = 32 * 2**20  # what glibc allows
_KEPT = 256 * 2**20


def keep_freed_memory() -> None:
    """Have the C library keep what is freed, up to 256 MB, instead of giving it back at once.

    A stage takes and frees the same megabytes for every image or step. Given back, each page of them is
    cleared anew by the system: a third of the time of decoding, a twentieth of a training step's. Does
    nothing beside glibc.
    """
    if library := _glibc():
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)


def give_freed_memory_back() -> None:
    """Give the system what was freed and kept so far, so that a measurement begins without it."""
    if library := _glibc():
        library.malloc_trim(0)


def _glibc() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if platform.libc_ver()[0] == "glibc" else None
