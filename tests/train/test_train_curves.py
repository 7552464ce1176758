"""The training log and the means that enter it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matebit.train.progress import Averages, Curves

values = st.dictionaries(st.sampled_from("abc"), st.floats(-1e6, 1e6), max_size=3)


@pytest.fixture
def curves(tmp_path: Path) -> Curves:
    log = Curves(tmp_path / "curves.jsonl")
    for step in range(2, 11, 2):
        log.add(step, step * 4, {"loss": step / 3, "a": 1.0})
    return log


def steps(curves: Curves) -> list[int]:
    return [json.loads(line)["step"] for line in curves.path.read_text().splitlines()]


@pytest.mark.parametrize(("step", "kept"), [(0, 0), (1, 0), (4, 2), (5, 2), (10, 5), (99, 5)])
def test_cut_keeps_the_lines_up_to_a_step(curves: Curves, step: int, kept: int):
    before = curves.path.read_text().splitlines()
    curves.cut(step)
    assert curves.path.read_text().splitlines() == before[:kept]


def test_cut_drops_a_half_written_line(curves: Curves):
    whole = curves.path.read_bytes()
    curves.path.write_bytes(whole + b'{"step": 12, "ima')
    curves.cut(12)
    assert curves.path.read_bytes() == whole
    curves.add(12, 48, {})
    assert steps(curves) == [2, 4, 6, 8, 10, 12]


def test_cut_of_no_file_is_no_error(tmp_path: Path):
    Curves(tmp_path / "below" / "curves.jsonl").cut(3)


def test_a_line_has_sorted_names_and_six_digits(curves: Curves):
    first = curves.path.read_text().splitlines()[0]
    assert first == '{"step": 2, "images": 8, "a": 1.0, "loss": 0.666667}'


@given(rows=st.lists(values, max_size=8))
def test_means_are_over_the_steps_that_had_the_value(rows: list[dict[str, float]]):
    averages = Averages()
    for row in rows:
        averages.add(row)
    for name, mean in averages.take().items():
        own = [row[name] for row in rows if name in row]
        assert mean == pytest.approx(sum(own) / len(own), abs=1e-6)
    assert averages.take() == {}


@given(before=st.lists(values, max_size=4), after=st.lists(values, max_size=4))
def test_means_go_on_from_a_stored_state(before, after):
    straight, stopped, resumed = Averages(), Averages(), Averages()
    for row in before:
        straight.add(row)
        stopped.add(row)
    resumed.load_state_dict(json.loads(json.dumps(stopped.state_dict())))
    for row in after:
        straight.add(row)
        resumed.add(row)
    assert resumed.take() == straight.take()
