"""Memory that a process keeps for its next image."""

from __future__ import annotations

import ctypes
import platform

# Of glibc's mallopt (malloc.h): the size from which memory is the system's, and how much stays when freed.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST = 32 * 2**20  # what glibc allows
_KEPT = 256 * 2**20


def keep_freed_memory() -> None:
    """Have the C library keep what is freed, up to 256 MB, instead of giving it back at once.

    A stage takes and frees the same megabytes for every image. Given back, each page of them is cleared anew
    by the system: a third of the time of decoding. For worker processes; does nothing beside glibc.
    """
    if platform.libc_ver()[0] == "glibc":
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGEST)
        library.mallopt(_TRIM_THRESHOLD, _KEPT)
