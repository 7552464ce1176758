"""The curves and names that MLflow is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from matebit.tracking.views import curve, manifest_digest, metric_key

LINES = '{"step": 2, "images": 8, "a": 1.0, "note": "x"}\n{"step": 4, "a": 2, "mask/b@0.01": 3}\n'


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "curves.jsonl"
    path.write_text(LINES)
    return path


@pytest.mark.parametrize(("after", "steps"), [(-1, [2, 4]), (2, [4]), (3, [4]), (4, [])])
def test_points_after_a_step(log: Path, after: int, steps: list[int]):
    assert [step for step, _ in curve(log, after)] == steps


def test_texts_are_left_out_and_names_are_those_that_mlflow_takes(log: Path):
    points = dict(curve(log, -1))
    assert points == {
        2: {"progress/images": 8.0, "progress/a": 1.0},
        4: {"progress/a": 2.0, "mask/b_at_0.01": 3.0},
    }
    assert metric_key("pck@0.1/soft (all)") == "pck_at_0.1/soft _all_"


def test_a_half_written_line_waits(log: Path):
    log.write_text(LINES + '{"step": 6, "a"')
    assert [step for step, _ in curve(log, -1)] == [2, 4]


def test_no_file_is_no_points(tmp_path: Path):
    assert list(curve(tmp_path / "absent.jsonl", -1)) == []


def test_a_digest_fits_into_mlflows_field(log: Path):
    assert len(manifest_digest(log)) <= 36
