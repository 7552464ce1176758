"""What the system refuses is said in one sentence with the path; a defect keeps its traceback."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from command import complaint, matebit_here
from matebit.errors import MatebitError, refusal, system_refusals_said
from matebit.io.files import bounded_name, write_bytes
from matebit.logs import JobLog
from tiny_experiment import TINY, resolved_below

PARAMS = {**TINY, "name": "mine"}


def disk_full(*rest: object, **more: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    resolved_below(tmp_path, PARAMS)
    shutil.rmtree(tmp_path / "results")
    return tmp_path


def test_a_full_disk_is_said_with_the_file_and_leaves_no_part_of_it(project: Path, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", disk_full)
    said = complaint(matebit_here(project, "resolve", "params/mine.yaml"))
    assert said == ("matebit: results/mine/.engine: the disk is full; make room, the same command goes on")
    assert [path.name for path in (project / "results/mine").iterdir()] == []


@pytest.mark.parametrize(
    ("words", "in_the_way", "said"),
    [
        (("resolve", "params/mine.yaml"), "results", "a part of this path is a file"),
        (("resolve", "params"), None, "is a folder, not a params file"),
        (("gallery", "--out", "plain", "--size", "32"), "plain", "plain"),
        (("gallery", "--out", "plain/deep", "--size", "32"), "plain", "a part of this path is a file"),
        (("resolve", "p" * 300 + ".yaml"), None, "the name is too long"),
    ],
)
def test_places_that_cannot_be(project: Path, words, in_the_way, said: str):
    if in_the_way:
        (project / in_the_way).write_text("")
    assert said in complaint(matebit_here(project, *words))


def test_a_folder_that_is_read_only(project: Path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda *rest: False)
    said = complaint(matebit_here(project, "gallery", "--out", "here", "--size", "32"))
    assert str(project) in said
    assert "permission is denied" in said
    assert not (project / "here").exists()


def test_what_is_a_defect_stays_one():
    for error in (
        OSError("no number"),
        FileNotFoundError(errno.ENOENT, "absent", "x"),
        BrokenPipeError(32, "x"),
    ):
        assert refusal(error) is None
        with pytest.raises(type(error)), system_refusals_said():
            raise error
    many = shutil.Error([("a", "b", "[Errno 28] No space left on device: 'b'")])
    assert str(refusal(many)).startswith("b: the disk is full")
    with pytest.raises(MatebitError, match="x: permission"), system_refusals_said():
        raise PermissionError(errno.EACCES, "no", "x")


def test_a_log_on_a_full_disk_is_quiet(tmp_path: Path, capsys):
    import logging

    log = JobLog("/dev/full", encoding="utf-8")
    log.handle(logging.makeLogRecord({"msg": "lost"}))
    log.close()
    assert capsys.readouterr().err == ""


def test_names_as_long_as_the_file_system_takes(tmp_path: Path):
    for name in ("a" * 255, "é" * 127, "b" * 100 + "." + "c" * 154):
        write_bytes(tmp_path / name, b"whole")
        assert (tmp_path / name).read_bytes() == b"whole"
    long = {bounded_name("山" * 80 + end) for end in "abc"}
    assert len(long) == 3
    assert max(len(name.encode()) for name in long) <= 200
    assert bounded_name("short") == "short"
