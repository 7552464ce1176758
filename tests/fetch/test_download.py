"""Downloads from a server that cuts, refuses, changes its mind and lies."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from matebit.errors import MatebitError
from matebit.fetch.download import Expected, download
from served_files import Server

DATA = bytes(range(256)) * 4000
SHA256, MD5 = hashlib.sha256(DATA).hexdigest(), hashlib.md5(DATA).hexdigest()
WHOLE = Expected(len(DATA), SHA256, MD5)
BY_HAND = "put it there by hand"


class Pauses:
    """Counts the pauses instead of making them."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def fetch(server: Server, target: Path, expected: Expected = WHOLE, **options) -> str:
    return download(f"{server.url}/file.bin", target, expected, BY_HAND, sleep=Pauses(), **options)


def refusal(server: Server, target: Path, expected: Expected = WHOLE, **options) -> str:
    with pytest.raises(MatebitError) as caught:
        fetch(server, target, expected, **options)
    said = str(caught.value)
    assert "\n" not in said
    assert "by hand" in said
    assert not target.exists()
    return said


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "folder/file.bin"


def half(size: int) -> int:
    """Where the server cuts."""
    return size // 2


def start_of(header: str) -> int:
    """The first byte that a request asks for."""
    return int(header.removeprefix("bytes=").removesuffix("-"))


def left(target: Path) -> set[str]:
    """What lies beside the file, locks aside."""
    return {path.name for path in target.parent.iterdir() if path.suffix != ".lock"}


@pytest.mark.parametrize("length", [True, False], ids=["length", "no-length"])
def test_whole_file(server: Server, target: Path, length: bool):
    server.add("/file.bin", DATA, length=length)
    assert fetch(server, target) == SHA256
    assert target.read_bytes() == DATA
    assert left(target) == {"file.bin"}


@pytest.mark.parametrize("expected", [WHOLE, Expected()], ids=["digest", "nothing-known"])
def test_cut_connection_goes_on_where_it_was(server: Server, target: Path, expected: Expected):
    file = server.add("/file.bin", DATA, troubles=["cut", "cut"])
    assert fetch(server, target, expected) == SHA256
    first, second, third = (asked.get("Range", "") for asked in file.asked)
    assert first == ""
    assert 0 <= half(len(DATA)) - start_of(second) < 2**15
    assert start_of(second) < start_of(third) < len(DATA)


def test_a_later_call_goes_on_too(server: Server, target: Path):
    file = server.add("/file.bin", DATA, troubles=["cut"])
    refusal(server, target, attempts=1)
    arrived = target.with_name("file.bin.part").stat().st_size
    assert 0 <= half(len(DATA)) - arrived < 2**15
    assert fetch(server, target) == SHA256
    assert start_of(file.asked[-1]["Range"]) == arrived


@pytest.mark.parametrize("how", [{"ranges": False}, {"tagged": False, "ranges": False}])
def test_a_server_without_ranges_begins_anew(server: Server, target: Path, how: dict):
    server.add("/file.bin", DATA, troubles=["cut"], **how)
    assert fetch(server, target) == SHA256


@pytest.mark.parametrize("tagged", [True, False], ids=["tagged", "untagged"])
def test_two_files_are_never_joined(server: Server, target: Path, tagged: bool):
    """Without a digest only the server's tag tells that the rest belongs to the beginning."""
    file = server.add("/file.bin", DATA, troubles=["cut", "changed"], tagged=tagged)
    fetch(server, target, Expected())
    assert target.read_bytes() == file.data != DATA


def test_pauses_double_and_progress_starts_them_anew(server: Server, target: Path):
    server.add("/file.bin", DATA, troubles=[500, 503, "cut", 502, 429])
    pauses = Pauses()
    download(f"{server.url}/file.bin", target, WHOLE, BY_HAND, attempts=4, pause=2.0, sleep=pauses)
    assert pauses.seconds == [2.0, 4.0, 2.0, 4.0, 8.0]
    assert target.read_bytes() == DATA


def test_it_gives_up_after_so_many_failures(server: Server, target: Path):
    file = server.add("/file.bin", DATA, troubles=[500] * 9)
    said = refusal(server, target, attempts=3)
    assert "500" in said
    assert "later" in said
    assert len(file.asked) == 3


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_a_final_refusal_is_not_repeated(server: Server, target: Path, status: int):
    file = server.add("/file.bin", DATA, troubles=[status] * 9)
    assert str(status) in refusal(server, target)
    assert len(file.asked) == 1


def test_nobody_answers(server: Server, target: Path):
    said = ""
    with pytest.raises(MatebitError) as caught:
        # Port 9 is reserved for a service that nobody runs.
        download("http://127.0.0.1:9/file.bin", target, WHOLE, BY_HAND, attempts=2, sleep=Pauses())
    said = str(caught.value)
    assert "refused" in said
    assert "by hand" in said


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        (Expected(sha256="0" * 64), SHA256),
        (Expected(md5="0" * 32), MD5),
        (Expected(size=len(DATA) + 1), f"{len(DATA):,} bytes"),
    ],
    ids=["sha256", "md5", "size"],
)
def test_another_file_than_published_is_thrown_away(
    server: Server, target: Path, expected: Expected, words: str
):
    server.add("/file.bin", DATA)
    assert words in refusal(server, target, expected, attempts=2)
    assert left(target) <= {"file.bin.part", "file.bin.part.tag"}
    if expected.size is None:
        assert left(target) == set()


@pytest.mark.parametrize("length", [True, False], ids=["announced", "unannounced"])
def test_more_than_is_allowed_is_stopped(server: Server, target: Path, length: bool):
    server.add("/file.bin", DATA, length=length)
    assert "more than 600,000" in refusal(server, target, Expected(at_most=600_000))


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (
            "<html><head><title>Google Drive - Quota exceeded</title></head><body>Sorry, you can't view or "
            "download this file at this time. Too many users have viewed or downloaded this file recently.",
            "quota",
        ),
        ("<html><title>Google Drive: Sign-in</title> accounts.google.com/ServiceLogin?x", "sign in"),
        ("<html><title>An  odd\npage &amp; more</title>", "(An odd page & more)"),
        ("<html>", "a web page came"),
    ],
    ids=["quota", "sign-in", "title", "bare"],
)
def test_a_web_page_is_no_file(server: Server, target: Path, page: str, words: str):
    server.add("/file.bin", page.encode(), content_type="text/html; charset=utf-8")
    assert words in refusal(server, target)
    assert left(target) == set()


def test_what_was_whole_but_unnamed_is_only_checked(server: Server, target: Path):
    file = server.add("/file.bin", DATA)
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(DATA)
    assert fetch(server, target) == SHA256
    assert file.asked == []
    target.unlink()
    target.with_name("file.bin.part").write_bytes(DATA)
    assert fetch(server, target, Expected(sha256=SHA256)) == SHA256
    assert [asked["Range"] for asked in file.asked] == [f"bytes={len(DATA)}-"]


def test_a_part_longer_than_the_file_is_begun_anew(server: Server, target: Path):
    server.add("/file.bin", DATA)
    target.parent.mkdir()
    target.with_name("file.bin.part").write_bytes(DATA + b"more")
    assert fetch(server, target, Expected(sha256=SHA256)) == SHA256
