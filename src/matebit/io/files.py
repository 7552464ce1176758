"""Atomic writing and digests of files."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import json
import os
import platform
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from matebit.errors import MatebitError

_KEPT_OF_A_NAME = 200  # bytes
_KEPT_OF_A_SUFFIX = 20


def bounded_name(name: str) -> str:
    """`name`, or, where it has over 200 bytes, its beginning and a digest.

    File systems take 255, and endings are added. The same name gives the same, different ones different ones.
    """
    encoded = os.fsencode(name)
    if len(encoded) <= _KEPT_OF_A_NAME:
        return name
    beginning = encoded[: _KEPT_OF_A_NAME - 17].decode(errors="ignore")
    return f"{beginning}-{sha256_of_bytes(encoded)[:16]}"


@contextmanager
def atomic_path(target: Path, flush: bool = True) -> Iterator[Path]:
    """Give a temporary path beside `target` that replaces it when the block ends without an error.

    A reader sees the old file or the whole new one, never a part. The data is on the disk before the
    rename, so that a machine that dies right after it does not leave an empty file. Waiting for the disk
    takes milliseconds a file: where one of thousands does not count without the index that comes last, do
    without `flush`, and `flush_all` before the index.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Room for what is added: a name that the file system takes must not fail by its temporary one.
    beginning = os.fsdecode(os.fsencode(target.name)[:_KEPT_OF_A_NAME])
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{beginning}.", suffix=target.suffix[-_KEPT_OF_A_SUFFIX:], dir=target.parent
        )
    except OSError as error:
        error.filename = str(target)
        raise
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        if flush:
            with temporary.open("rb") as written:
                os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(target)
    except OSError as error:
        # The user knows the target, not the name that it has on its way; a full disk names no file at all.
        if error.errno is not None and error.filename in (None, name):
            error.filename = str(target)
        raise
    finally:
        temporary.unlink(missing_ok=True)


def check_writable(folder: Path) -> None:
    """Raise what the system says where no file could be made in `folder`, or no such folder; makes neither.

    For before long work: a full disk shows only later.
    """
    for place in (folder, *folder.absolute().parents):
        try:
            kind = place.stat().st_mode
        except FileNotFoundError:
            continue
        if not stat.S_ISDIR(kind):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
        if not os.access(place, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(place))
        if os.statvfs(place).f_flag & os.ST_RDONLY:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(place))
        return


def write_bytes(target: Path, data: bytes, flush: bool = True) -> None:
    """Write `data` to `target` atomically; `flush`: see `atomic_path`."""
    with atomic_path(target, flush) as temporary:
        temporary.write_bytes(data)


def flush_all(folder: Path) -> None:
    """Wait until all that was written on the file system of `folder` is on the disk."""
    if platform.libc_ver()[0] != "glibc":
        os.sync()  # of every file system
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if ctypes.CDLL(None, use_errno=True).syncfs(handle):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)


def write_text(target: Path, text: str) -> None:
    """Write `text` as UTF-8 with Unix line ends to `target` atomically."""
    write_bytes(target, text.encode("utf-8"))


def write_json(target: Path, value: Any) -> None:
    """Write `value` as JSON with sorted keys, two spaces of indentation and a final newline."""
    write_text(target, json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read a JSON file; a missing or broken one is a `MatebitError` that names it."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise MatebitError(f"{path} does not exist; run the stage that writes it") from error
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise MatebitError(
            f"{path} is not valid JSON ({error}); delete it and run its stage again"
        ) from error


def sha256_of_bytes(data: bytes) -> str:
    """SHA-256 of `data`, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def sha256_of_file(path: Path) -> str:
    """SHA-256 of the file's content, in hexadecimal, read in pieces."""
    return digest_of_file(path, "sha256")


def digest_of_file(path: Path, kind: str) -> str:
    """The digest of the file's content that hashlib calls `kind`, in hexadecimal, read in pieces."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, kind).hexdigest()
