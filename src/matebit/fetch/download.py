"""One file over HTTP: resumed where it was cut, tried again, checked before it gets its name."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from matebit.errors import MatebitError
from matebit.fetch.web_page import reason_for_page
from matebit.io.files import digest_of_file, sha256_of_file
from matebit.logs import Progress
from matebit.pipeline.lock import job_lock

if TYPE_CHECKING:
    import requests

logger = logging.getLogger(__name__)

_MEGABYTE = 10**6
# A cut loses what had come of the piece.
_PIECE = 2**15
# Wait for an answer, and between two pieces of it, in seconds.
_PATIENCE = (15, 60)
_LONGEST_PAUSE = 60.0
# Answers that may be another one in a moment; every other 4xx is final.
_PASSING = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Expected:
    """What is known of a file beforehand; None is unknown. `size` in bytes, digests in hexadecimal.

    A file may be no longer than `at_most` bytes, whatever the server says.
    """

    size: int | None = None
    sha256: str | None = None
    md5: str | None = None
    at_most: int = 200 * 10**9


class _Again(Exception):
    """What went wrong may pass."""


def check_digests(path: Path, expected: Expected) -> str:
    """The SHA-256 of a file; raises `MatebitError` where size, SHA-256 or MD5 are not as expected."""
    size = path.stat().st_size
    if expected.size is not None and size != expected.size:
        raise MatebitError(f"{path} has {size:,} bytes, its publisher's {expected.size:,}; get it anew")
    for name in ("sha256", "md5"):
        wanted = getattr(expected, name)
        if wanted is None:
            continue
        found = digest_of_file(path, name)
        if found != wanted:
            raise MatebitError(
                f"{path} is another file than its publisher's: {name.upper()} {found}, expected {wanted}; "
                "get it anew"
            )
    return expected.sha256 or sha256_of_file(path)


def download(
    url: str,
    target: Path,
    expected: Expected,
    by_hand: str,
    attempts: int = 5,
    pause: float = 1.0,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Fetch `url` to `target` and return the file's SHA-256.

    What has come lies in `target.part` until it is whole and checked; the next call goes on there,
    if the server still has the same file. `attempts` failures in a row without a new byte end it;
    pauses between them double, from `pause` seconds. `by_hand` ends the sentence of every
    `MatebitError`: how to get the file otherwise.
    """
    import requests

    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    with job_lock(part.with_suffix(".lock"), f"fetching {target.name}"), requests.Session() as session:
        failures = 0
        while True:
            before = part.stat().st_size if part.exists() else 0
            try:
                _receive(session, url, part, expected, by_hand)
                break
            except (_Again, requests.ConnectionError, requests.Timeout) as error:
                grown = part.exists() and part.stat().st_size > before
                failures = 1 if grown else failures + 1
                if failures >= attempts:
                    raise MatebitError(
                        f"{url} could not be fetched ({_said(error)}); run the command again later, "
                        f"it goes on where it stopped, or {by_hand}"
                    ) from error
                wait = min(_LONGEST_PAUSE, pause * 2 ** (failures - 1))
                logger.warning("%s: %s; trying again in %.0f s", target.name, _said(error), wait)
                sleep(wait)
            except requests.RequestException as error:
                raise MatebitError(f"{url} cannot be fetched ({_said(error)}); {by_hand}") from error
        try:
            digest = check_digests(part, expected)
        except MatebitError as wrong:
            # Going on from it could never end well.
            _forget(part)
            raise MatebitError(f"what {url} sent was thrown away: {wrong}, or {by_hand}") from wrong
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(target)
        _forget(part)
    return digest


def _said(error: Exception) -> str:
    """An error in a few words: what a library nests in brackets helps nobody."""
    text = " ".join(str(error).split()) or type(error).__name__
    for mark, words in (
        ("Name or service not known", "its name is not known here"),
        ("Temporary failure in name resolution", "its name is not known here"),
        ("Failed to resolve", "its name is not known here"),
        ("Connection refused", "the connection was refused"),
        ("IncompleteRead", "the connection was cut"),
        ("Connection broken", "the connection was cut"),
        ("timed out", "no answer in time"),
    ):
        if mark in text:
            return words
    return text[:160]


def _tag_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.tag")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _tag_of(part).unlink(missing_ok=True)


def _receive(session: requests.Session, url: str, part: Path, expected: Expected, by_hand: str) -> None:
    """One attempt: ask for what is missing of `part` and write it down; returns when it is whole."""
    have = part.stat().st_size if part.exists() else 0
    tag = _tag_of(part).read_text(encoding="utf-8") if _tag_of(part).exists() else ""
    # Without the server's mark of the file, only a digest could tell that the rest belongs to the
    # beginning.
    if have and not tag and not (expected.sha256 or expected.md5):
        have = 0
    if expected.size is not None and have == expected.size:
        return
    headers = {"Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if tag:
            headers["If-Range"] = tag
    with session.get(url, headers=headers, stream=True, timeout=_PATIENCE) as answer:
        if answer.status_code in _PASSING:
            raise _Again(f"the server answered {answer.status_code}")
        if answer.status_code == 416:
            # Ours is as long as theirs, or longer: what it is will show in its digest.
            if answer.headers.get("Content-Range") == f"bytes */{have}":
                return
            _forget(part)
            raise _Again("the file has another length now; beginning anew")
        if answer.status_code >= 400:
            raise MatebitError(f"{url} answered {answer.status_code} {answer.reason}; {by_hand}")
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            page = next(answer.iter_content(_PIECE), b"").decode("utf-8", errors="replace")
            raise MatebitError(f"{url} gave no file: {reason_for_page(page)}; {by_hand}")
        resumed = answer.status_code == 206 and answer.headers.get("Content-Range", "").startswith(
            f"bytes {have}-"
        )
        have = have if resumed else 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else expected.size
        if total is not None and total > expected.at_most:
            raise MatebitError(
                f"{url} says it has {total:,} bytes, more than {expected.at_most:,}; {by_hand}"
            )
        # An ETag beginning with W/ does not promise the same bytes.
        mark = answer.headers.get("ETag", "")
        mark = answer.headers.get("Last-Modified", "") if not mark or mark.startswith("W/") else mark
        _tag_of(part).write_text(mark, encoding="utf-8")
        if resumed:
            logger.info("%s: going on after %s MB", part.stem, have // _MEGABYTE)
        _write_down(answer, part, have, total, expected.at_most, by_hand)


def _write_down(
    answer: requests.Response, part: Path, have: int, total: int | None, at_most: int, by_hand: str
) -> None:
    import requests

    shown = (total or 0) // _MEGABYTE
    with Progress(part.stem, shown, "MB", have // _MEGABYTE) as bar, part.open("ab" if have else "wb") as out:
        try:
            for piece in answer.iter_content(_PIECE):
                out.write(piece)
                have += len(piece)
                if have > at_most:
                    raise MatebitError(f"{answer.url} sent more than {at_most:,} bytes; {by_hand}")
                if (step := have // _MEGABYTE - bar.done) > 0:
                    bar.advance(step)
        except requests.exceptions.ChunkedEncodingError as error:
            raise _Again("the connection was cut") from error
    if total is not None and have < total:
        raise _Again("the connection was cut")
