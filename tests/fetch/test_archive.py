"""Archives that mean harm, are broken, or are as they should be."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from matebit.errors import MatebitError
from matebit.fetch.archive import Bounds, unpack

FILES = {"images/a.png": b"one" * 1000, "images/deep/b.png": b"two", "list.txt": b"a\n"}


def zipped(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: str = "w:gz", **how) -> Path:
    with tarfile.open(path, mode) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in how.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return path


MAKERS = {"zip": zipped, "tar.gz": tarred, "tar": lambda path, files: tarred(path, files, "w:")}


def refusal(archive: Path, folder: Path, *words: str, **how) -> None:
    """It is refused in one sentence, and nothing is left of it, here or elsewhere."""
    before = set(folder.parent.rglob("*"))
    with pytest.raises(MatebitError) as caught:
        unpack(archive, folder, **how)
    said = str(caught.value)
    assert all(word in said for word in (*words, archive.name)), said
    assert "\n" not in said
    assert set(folder.parent.rglob("*")) == before
    assert not Path("/tmp/evil.txt").exists()


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("top", ["", "Data-Set/"], ids=["bare", "wrapped"])
@pytest.mark.parametrize("holds", [None, "images"])
def test_contents_and_a_folder_around_them(tmp_path: Path, kind: str, top: str, holds: str | None):
    archive = MAKERS[kind](tmp_path / f"x.{kind}", {top + name: data for name, data in FILES.items()})
    unpack(archive, tmp_path / "there/data", holds)
    found = {
        path.relative_to(tmp_path / "there/data").as_posix(): path.read_bytes()
        for path in (tmp_path / "there/data").rglob("*")
        if path.is_file()
    }
    assert found == FILES
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["data"]


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(
    "name",
    ["/tmp/evil.txt", "../evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:\\evil.txt", "C:/evil.txt"],
)
def test_no_member_leads_out(tmp_path: Path, kind: str, name: str):
    archive = MAKERS[kind](tmp_path / f"x.{kind}", {"good.txt": b"good", name: b"evil"})
    refusal(archive, tmp_path / "out", "leads out")


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_tar_holds_plain_files_only(tmp_path: Path, kind: bytes):
    archive = tarred(tmp_path / "x.tar.gz", {"link": b""}, type=kind, linkname="../../evil.txt")
    refusal(archive, tmp_path / "out", "no plain file")


def test_zip_holds_plain_files_only(tmp_path: Path):
    info = zipfile.ZipInfo("link")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr(info, "/tmp/evil.txt")
    refusal(tmp_path / "x.zip", tmp_path / "out", "no plain file")


@pytest.mark.parametrize("kind", MAKERS)
def test_bounds_of_size_and_number(tmp_path: Path, kind: str):
    bomb = MAKERS[kind](tmp_path / f"x.{kind}", {"zeros": bytes(10**6), "more": bytes(10**6)})
    refusal(bomb, tmp_path / "out", "bytes", bounds=Bounds(size=10**6 + 1))
    many = MAKERS[kind](tmp_path / f"y.{kind}", {f"{k}.txt": b"" for k in range(11)})
    refusal(many, tmp_path / "out", "10 files", bounds=Bounds(files=10))


def test_what_a_zip_says_of_its_sizes_is_not_believed(tmp_path: Path):
    archive = zipped(tmp_path / "x.zip", {"zeros": bytes(10**6)})
    data = archive.read_bytes()
    lying = data.replace((10**6).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lying != data
    archive.write_bytes(lying)
    refusal(archive, tmp_path / "out", bounds=Bounds(size=1000))


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
@pytest.mark.parametrize("harm", ["cut", "flipped", "text", "empty"])
def test_broken_archives(tmp_path: Path, kind: str, harm: str):
    noise = {"a.bin": bytes(k * k % 251 for k in range(50_000))}
    archive = MAKERS[kind](tmp_path / f"x.{kind}", noise)
    data = bytearray(archive.read_bytes())
    middle = len(data) // 2
    data[middle] ^= 255
    archive.write_bytes(
        {"cut": data[: middle + 9], "flipped": data, "text": b"<html>no archive", "empty": b""}[harm]
    )
    refusal(archive, tmp_path / "out")


def test_absent_archive_wrong_archive_and_folder_in_use(tmp_path: Path):
    refusal(tmp_path / "absent.zip", tmp_path / "out", "does not exist")
    archive = zipped(tmp_path / "x.zip", FILES)
    refusal(archive, tmp_path / "out", "has no CelebA-HQ-img", holds="CelebA-HQ-img")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/kept.txt").write_text("kept")
    with pytest.raises(MatebitError, match="not empty"):
        unpack(archive, tmp_path / "mine")
    assert (tmp_path / "mine/kept.txt").read_text() == "kept"


def test_a_member_twice(tmp_path: Path):
    archive = tarred(tmp_path / "x.tar", {"a": b"1"}, "w:")
    with tarfile.open(archive, "a:") as more:
        info = tarfile.TarInfo("a")
        more.addfile(info, io.BytesIO(b""))
    refusal(archive, tmp_path / "out", "twice")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (b"Rar!\x1a\x07\x01\x00", "is a rar archive; unpack it by hand"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive; unpack it by hand"),
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "the pointer of Git LFS; run `git lfs",
        ),
        (b"\n<!DOCTYPE HTML><title>Sign in</title>", "a web page that came in place of the file"),
        (b"nothing known", "is neither a zip nor a tar file"),
    ],
)
def test_what_is_no_archive_of_ours_is_called_what_it_is(tmp_path: Path, head: bytes, said: str):
    (tmp_path / "x.zip").write_bytes(head + bytes(200))
    refusal(tmp_path / "x.zip", tmp_path / "out", said)


def test_an_archive_under_a_password(tmp_path: Path):
    archive = zipped(tmp_path / "x.zip", FILES)
    data = archive.read_bytes()
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + place
        data = data[:at] + b"\x01" + data[at + 1 :]
    archive.write_bytes(data)
    refusal(archive, tmp_path / "out", "is locked by a password; unpack it by hand")
