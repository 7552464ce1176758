"""Which files of a folder are pictures, and what the others are: the same for datasets and `translate`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

LOSSLESS = (".png", ".bmp", ".tif", ".tiff", ".ppm", ".pgm", ".pbm", ".pnm")
LOSSY = (".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".avif", ".jp2", ".j2k")
SUFFIXES = LOSSLESS + LOSSY
"""Endings of the files that are read; `matebit.io.images.FORMATS` are their formats."""

# What people have among pictures and nothing here reads.
UNREAD = (
    ".heic", ".heif", ".jxl", ".psd", ".svg", ".eps", ".pdf", ".raw", ".dng", ".cr2", ".cr3", ".nef", ".arw",
    ".exr", ".hdr", ".tga", ".ico", ".mp4", ".mov", ".zip", ".rar", ".7z", ".tar", ".gz",
)  # fmt: skip
_NAMED = 3


def is_hidden(path: PurePath) -> bool:
    """Names that begin with a dot, and what macOS leaves in archives: no one has put them there."""
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


@dataclass
class LeftOut:
    """Files that are not taken, by the reason."""

    reasons: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, name: str) -> None:
        """One more."""
        self.reasons.setdefault(reason, []).append(name)

    def __bool__(self) -> bool:
        return bool(self.reasons)

    def __str__(self) -> str:
        return "left out: " + "; ".join(
            f"{len(names)} {reason} ({', '.join(names[:_NAMED])}{', ...' if len(names) > _NAMED else ''})"
            for reason, names in self.reasons.items()
        )

    def said(self) -> str:
        """For the end of a sentence; empty where nothing was left out."""
        return f" ({self})" if self else ""


def why_not(path: Path) -> str | None:
    """Why a file of a folder is no picture, None where it is one; hidden files are not asked about."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return "whose names are no UTF-8 text"
    if path.is_symlink() and not path.exists():
        return "links that lead nowhere"
    if path.is_dir():
        return "folders"
    if not path.is_file():
        return "no plain files"
    suffix = path.suffix.lower()
    if suffix in SUFFIXES:
        return None
    return f"of the form {suffix}, which is not read" if suffix in UNREAD else "that are no pictures"


def sorted_out(paths: Iterable[Path]) -> tuple[list[Path], LeftOut]:
    """The pictures among the files of one folder, by name, and what is left out; hidden files silently."""
    taken, left = [], LeftOut()
    for path in sorted(paths):
        if path.name.startswith("."):
            continue
        reason = why_not(path)
        if reason is None:
            taken.append(path)
        else:
            left.add(reason, path.name.encode(errors="backslashreplace").decode())
    return taken, left
