"""`matebit check`: equal on the same kind of processor, intervals that overlap elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from command import complaint, matebit, matebit_here
from matebit.contracts.measures import IMAGE_COLUMNS, VALUE_COLUMNS
from matebit.errors import MatebitError
from matebit.io.tables import write_table
from matebit.report import expected as room
from matebit.report.expected import check_expected, write_expected
from tiny_experiment import TINY, resolved_below

ERRORS = {"matebit": [20.0, 30.0, 25.0, 25.0], "truth": [0.0, 0.0, 0.0, 0.0]}


def _score(layout, errors: dict[str, list[float]]) -> None:
    for folder, method in (("matebit", "matebit"), ("truth", "controls")):
        numbers = errors[folder]
        run = layout.run(method, 1 if method == "matebit" else 0)
        seed = 1 if method == "matebit" else 0
        mean = sum(numbers) / len(numbers)
        rows = [
            [folder, seed, "mae", mean, 4, "pixels", "RGB"],
            [folder, seed, "swd", mean + 1, 4, "pixels", "RGB"],
        ]
        write_table(
            run.metrics / "values.csv",
            [dict(zip(VALUE_COLUMNS, row, strict=True)) for row in rows],
            VALUE_COLUMNS,
        )
        images = [[folder, seed, f"test{k}", "mae", value] for k, value in enumerate(numbers)]
        write_table(
            run.metrics / "images.csv",
            [dict(zip(IMAGE_COLUMNS, row, strict=True)) for row in images],
            IMAGE_COLUMNS,
        )


@pytest.fixture
def ran(tmp_path: Path) -> SimpleNamespace:
    """A scored experiment whose expected numbers are its own."""
    experiment = resolved_below(tmp_path, TINY)
    _score(experiment.layout, ERRORS)
    (experiment.layout.run("truth", 0).translate).mkdir(parents=True)
    (experiment.layout.run("truth", 0).translate / "index.csv").write_text("id\n")
    write_expected(tmp_path, "tiny")
    return SimpleNamespace(base=tmp_path, layout=experiment.layout)


def _verdicts(base: Path) -> dict[tuple[str, str], str]:
    return {(row.method, row.metric): row.verdict for row in check_expected(base, "tiny")[1]}


def test_the_same_numbers_are_equal(ran):
    kinds, compared = check_expected(ran.base, "tiny")
    assert kinds == {}
    assert {row.verdict for row in compared} == {"equal"}
    assert {(row.method, row.metric) for row in compared} == {
        (method, metric) for method in ERRORS for metric in ("mae", "swd")
    }
    assert str(ran.base) not in (ran.base / "expected/tiny.json").read_text()


def test_on_the_same_processor_the_last_digit_counts(ran):
    _score(ran.layout, {**ERRORS, "matebit": [20.0, 30.0, 25.0, 25.00001]})
    verdicts = _verdicts(ran.base)
    assert verdicts["matebit", "mae"] == "apart"
    assert verdicts["truth", "mae"] == "equal"


def test_elsewhere_intervals_must_overlap(ran, monkeypatch):
    monkeypatch.setattr(room, "processor_kind", lambda _: {"cpu": "another"})
    _score(ran.layout, {**ERRORS, "matebit": [22.0, 31.0, 24.0, 25.0]})
    assert check_expected(ran.base, "tiny")[0]["cpu"][1] == "another"
    assert _verdicts(ran.base)["matebit", "mae"] == "within"
    assert _verdicts(ran.base)["matebit", "swd"] == "no interval"
    _score(ran.layout, {**ERRORS, "matebit": [60.0, 70.0, 65.0, 65.0]})
    assert _verdicts(ran.base)["matebit", "mae"] == "apart"


def test_a_number_that_is_gone_is_absent(ran):
    path = ran.base / "expected/tiny.json"
    content = json.loads(path.read_text())
    content["numbers"].append({**content["numbers"][0], "metric": "fid@clean"})
    path.write_text(json.dumps(content))
    assert _verdicts(ran.base)["matebit", "fid@clean"] == "absent"


def test_other_parameters_do_not_compare(ran):
    path = ran.base / "expected/tiny.json"
    content = json.loads(path.read_text())
    content["parameters"]["methods.matebit.train.images"] = "6400"
    path.write_text(json.dumps(content))
    with pytest.raises(MatebitError, match=r"methods\.matebit\.train\.images is 48 instead of 6400"):
        check_expected(ran.base, "tiny")


def test_a_key_that_is_newer_than_the_file_counts_unless_it_is_at_its_default(ran):
    path = ran.base / "expected/tiny.json"
    content = json.loads(path.read_text())
    for key in ("data.folder.keypoints", "methods.matebit.model.alpha"):
        del content["parameters"][key]
    path.write_text(json.dumps(content))
    assert {row.verdict for row in check_expected(ran.base, "tiny")[1]} == {"equal"}
    del content["parameters"]["methods.matebit.train.images"]
    path.write_text(json.dumps(content))
    with pytest.raises(MatebitError, match=r"methods\.matebit\.train\.images is 48 instead of absent"):
        check_expected(ran.base, "tiny")


def test_the_command_ends_with_a_status(ran):
    good = matebit_here(ran.base, "check", "tiny")
    assert good.returncode == 0, good.stderr
    assert "4 of 4 numbers agree (numbers must be equal)" in good.stdout
    _score(ran.layout, {**ERRORS, "matebit": [1.0, 2.0, 3.0, 4.0]})
    bad = matebit(ran.base, "check", "tiny")
    assert bad.returncode == 1
    assert "2 of 4 numbers agree" in bad.stdout
    assert "expected/other.json does not exist" in complaint(matebit_here(ran.base, "check", "other"))
