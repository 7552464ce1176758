"""Unpacking archives that others made: nothing lands outside the folder, nothing grows without bound."""

from __future__ import annotations

import lzma
import shutil
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from matebit.errors import MatebitError
from matebit.io.foreign import HEAD, what_it_is
from matebit.logs import Progress

_PIECE = 2**20
_BROKEN = (
    OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile, tarfile.TarError, zlib.error,
    lzma.LZMAError, struct.error, RuntimeError, LookupError, ArithmeticError,
)  # fmt: skip


@dataclass(frozen=True)
class Bounds:
    """The most that an archive may hold: bytes unpacked, and files."""

    size: int = 300 * 10**9
    files: int = 2_000_000


@dataclass(frozen=True)
class _Member:
    """One entry: its path as it is written, bytes as announced, and how to read it (None: a folder)."""

    name: str
    size: int
    open: Callable[[], IO[bytes]] | None


def _checked(archive: Path, name: str) -> PurePosixPath:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]) or "\0" in name:
        raise MatebitError(
            f"{archive} holds {name!r}, which leads out of its folder; do not use this archive"
        )
    return path


def _zip_members(archive: Path, opened: zipfile.ZipFile) -> Iterator[_Member]:
    for info in opened.infolist():
        kind = info.external_attr >> 28  # the type bits of a Unix mode; 0 where the maker left them out
        if info.flag_bits & 1:
            raise MatebitError(f"{archive} is locked by a password; unpack it by hand and name the folder")
        if kind not in (0, 0o4, 0o10):
            raise MatebitError(f"{archive} holds {info.filename!r}, which is no plain file; do not use it")
        reader = None if info.is_dir() else partial(opened.open, info)
        yield _Member(info.filename, info.file_size, reader)


def _tar_members(archive: Path, opened: tarfile.TarFile) -> Iterator[_Member]:
    for info in opened:
        if not (info.isdir() or info.isreg()):
            raise MatebitError(f"{archive} holds {info.name!r}, which is no plain file; do not use it")
        reader = None if info.isdir() else partial(opened.extractfile, info)
        yield _Member(info.name, info.size, reader)  # type: ignore[arg-type]
    # The checksum of a compressed one stands behind its last member.
    while opened.fileobj is not None and opened.fileobj.read(_PIECE):
        pass


@contextmanager
def _members(archive: Path) -> Iterator[Iterator[_Member]]:
    """The members of a zip or tar file, by its content; a broken one is a `MatebitError`."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as zipped:
                yield _zip_members(archive, zipped)
        elif tarfile.is_tarfile(archive):
            with tarfile.open(archive) as tarred:
                yield _tar_members(archive, tarred)
        else:
            with archive.open("rb") as stream:
                what = what_it_is(stream.read(HEAD))
            what = what or "neither a zip nor a tar file; get it anew or unpack it by hand"
            raise MatebitError(f"{archive} is {what}")
    except FileNotFoundError as error:
        raise MatebitError(f"{archive} does not exist") from error
    except _BROKEN as error:
        raise MatebitError(
            f"{archive} cannot be unpacked ({error}); if it is cut short, get it anew"
        ) from error


def _write(member: _Member, target: Path, left: int, archive: Path) -> int:
    """Unpack one file; the bytes that came. What an archive announces is not believed."""
    assert member.open is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with member.open() as source, target.open("xb") as out:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > left:
                raise MatebitError(f"{archive} unpacks to more bytes than allowed; do not use this archive")
            out.write(piece)
    return written


def unpack(archive: Path, folder: Path, holds: str | None = None, bounds: Bounds | None = None) -> None:
    """Unpack a zip or tar file as `folder`, which must be absent or empty.

    Everything is unpacked beside it first: `folder` is there whole or not at all. `holds` is a path
    that it must have; where it lies one folder deeper, that folder is taken. Links, devices, paths
    that lead out, and more than `bounds` raise `MatebitError`.
    """
    bounds = bounds or Bounds()
    if folder.is_dir() and any(folder.iterdir()):
        raise MatebitError(f"{folder} is not empty; remove it or choose another data.root")
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        total, count = 0, 0
        with _members(archive) as members, Progress(f"unpacking {archive.name}", 0, "files") as bar:
            for member in members:
                path = _checked(archive, member.name)
                count += 1
                if count > bounds.files:
                    raise MatebitError(f"{archive} holds more than {bounds.files:,} files; do not use it")
                if member.open is None or not path.parts:
                    continue
                if total + member.size > bounds.size:
                    raise MatebitError(
                        f"{archive} unpacks to more than {bounds.size:,} bytes; do not use this archive"
                    )
                try:
                    total += _write(member, beside / path, bounds.size - total, archive)
                except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
                    raise MatebitError(f"{archive} holds {member.name!r} twice; get it anew") from error
                bar.total = count
                bar.advance(count - bar.done)
        whole = _root_of(beside, holds, archive)
        if folder.exists():
            folder.rmdir()
        whole.chmod(0o755)
        whole.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _root_of(beside: Path, holds: str | None, archive: Path) -> Path:
    """The folder that has `holds`: what was unpacked, or its only folder."""
    inner = [path for path in beside.iterdir() if path.is_dir() and path.name != "__MACOSX"]
    files = [path for path in beside.iterdir() if path.is_file() and not path.name.startswith(".")]
    if holds is None:
        return inner[0] if len(inner) == 1 and not files else beside
    for candidate in (beside, *inner):
        if (candidate / holds).exists():
            return candidate
    raise MatebitError(f"{archive} has no {holds}; is it the archive of this dataset?")
