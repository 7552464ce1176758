"""The records of jobs on the disk: one for each execution, an interrupted one goes on."""

from __future__ import annotations

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from matebit.config.schema import TrackingConfig
from matebit.tracking import record as records
from matebit.tracking.record import JobRecord, pending_records, read_record, tracked, tracking_folder
from tiny_experiment import Experiment

QUICK = TrackingConfig(every_seconds=0.1)


@pytest.fixture
def job(tiny: Experiment, tmp_path: Path, begin) -> tuple[Experiment, JobRecord]:
    experiment = tiny.copied(tmp_path)
    return experiment, begin(experiment, "pairs")


def test_it_says_what_ran_on_what(job):
    experiment, record = job
    assert read_record(record.file) == record
    assert (record.name, record.stage, record.job, record.status) == ("tiny", "pairs", "pairs", "RUNNING")
    assert set(record.params) == {"data", "pairs", "features", "seed", "threads"}
    assert record.file.parent.parent == tracking_folder(experiment.layout)


def test_a_methods_own_sections_are_shown(tiny: Experiment, tmp_path: Path, begin):
    record = begin(tiny.copied(tmp_path), "train", "matebit", 1)
    assert record.job == "train-matebit-seed1"
    assert {"model", "losses", "train", "data"} <= set(record.params)
    assert record.params["train"]["images"] == 48


@pytest.mark.parametrize(
    ("status", "goes_on"), [(None, True), ("KILLED", True), ("FINISHED", False), ("FAILED", False)]
)
def test_only_an_interrupted_execution_goes_on(job, begin, status, goes_on):
    experiment, record = job
    if status:
        record.end(status)
    again = begin(experiment, "pairs")
    assert (again.file == record.file) == goes_on
    assert again.status == "RUNNING"
    assert again.ended is None


def test_a_damaged_record_or_one_of_another_version_is_left_alone(job, begin):
    experiment, record = job
    for content in ("{", '{"unknown": 1}'):
        record.file.write_text(content)
        assert begin(experiment, "pairs").file != record.file
        assert record.file.read_text() == content
        assert all(found.file != record.file for found in pending_records(record.file.parent.parent))


def test_a_record_that_is_being_written_is_not_a_second_one(job):
    _, record = job
    being_written = record.file.with_name(f".{record.file.name}.x1y2.json")
    being_written.write_bytes(record.file.read_bytes())
    assert [found.file for found in pending_records(record.file.parent.parent)] == [record.file]


def test_outside_a_repository_and_without_git_there_is_no_commit(tmp_path: Path, monkeypatch):
    assert records._commit(tmp_path) == ""
    monkeypatch.setenv("PATH", "")
    assert records._commit(tmp_path) == ""


@pytest.mark.parametrize(
    ("raised", "status"),
    [
        (None, "FINISHED"),
        (KeyboardInterrupt, "KILLED"),
        (ZeroDivisionError, "FAILED"),
        (SystemExit, "FAILED"),
    ],
)
def test_how_it_ended(job, raised, status):
    _, record = job
    if raised is None:
        with tracked(record, QUICK):
            pass
    else:
        with pytest.raises(raised), tracked(record, QUICK):
            raise raised
    assert read_record(record.file).status == status
    assert read_record(record.file).ended >= record.started


def test_without_tracking_nothing_is_written(tiny: Experiment, tmp_path: Path):
    experiment = tiny.copied(tmp_path)
    experiment.run("pairs")
    assert not tracking_folder(experiment.layout).exists()


@pytest.mark.parametrize("program", ["import sys; sys.exit(3)", "import time; time.sleep(60)"])
def test_a_tracker_that_fails_or_hangs_costs_a_warning(job, monkeypatch, caplog, program):
    monkeypatch.setattr(logging.getLogger("matebit"), "propagate", True)
    monkeypatch.setattr(records, "_WAIT_SECONDS", 0.3)
    monkeypatch.setattr(records, "_FOLLOWED", ("pairs",))
    monkeypatch.setattr(
        records,
        "_start_follower",
        lambda *_: subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE),
    )
    with tracked(job[1], QUICK):
        pass
    assert "MLflow has not heard everything" in caplog.text
    assert read_record(job[1].file).status == "FINISHED"
